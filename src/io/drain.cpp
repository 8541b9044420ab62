#include "io/drain.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>
#include <variant>

#include "io/shard.hpp"

namespace ringmaster::io {
namespace {

constexpr unsigned most_threads = 64;

/// Tapped pieces handed on before other work of the control thread gets its turn.
constexpr std::size_t pieces_per_turn = 16;

/// The way of answers from the shards to the listener. Functions that were posted hold it weakly:
/// one that runs after the end of the drain does nothing.
///
/// Output may be tapped faster than the control thread can deal with it. It waits here and is
/// handed on in slices; what event listeners say overtakes it.
class answer_desk : public std::enable_shared_from_this<answer_desk> {
public:
    answer_desk(drain::poster post, drain_listener& listener)
        : post_(std::move(post)), listener_(listener) {}

    /// Called on the thread of `from`.
    void hand_over(shard& from, drain_answers answers) {
        post_([desk = weak_from_this(), &from, answers = std::move(answers)]() mutable {
            if (const auto alive = desk.lock()) alive->take(from, std::move(answers));
        });
    }

private:
    struct tapped_output {
        shard* from;
        drain_answers::tapped_bytes what;
    };
    /// One piece of output, or the end of a stream behind all of its pieces.
    using entry = std::variant<tapped_output, stream_id>;

    void take(shard& from, drain_answers answers) {
        for (const auto& note : answers.notes) listener_.on_drain_message(note.level, note.text);
        for (const auto& [done, outcome] : answers.cleared) done(outcome);
        for (auto& tapped : answers.tapped) {
            if (tapped.is_conversation) {
                hand_on({&from, std::move(tapped)});
            } else {
                ++pieces_of_[tapped.id];
                waiting_.emplace_back(tapped_output{&from, std::move(tapped)});
            }
        }
        for (const stream_id id : answers.finished) {
            if (pieces_of_.contains(id))
                waiting_.emplace_back(id);
            else
                listener_.on_stream_finished(id);
        }
        if (!waiting_.empty() && !std::exchange(turn_posted_, true)) post_turn();
    }

    void post_turn() {
        post_([desk = weak_from_this()] {
            if (const auto alive = desk.lock()) alive->take_turn();
        });
    }

    void take_turn() {
        for (std::size_t done = 0; done < pieces_per_turn && !waiting_.empty(); ++done) {
            const entry next = std::move(waiting_.front());
            waiting_.pop_front();
            if (const auto* id = std::get_if<stream_id>(&next)) {
                listener_.on_stream_finished(*id);
                continue;
            }
            const auto& output = std::get<tapped_output>(next);
            const auto pieces = pieces_of_.find(output.what.id);
            if (--pieces->second == 0) pieces_of_.erase(pieces);
            hand_on(output);
        }
        turn_posted_ = !waiting_.empty();
        if (turn_posted_) post_turn();
    }

    void hand_on(const tapped_output& output) {
        const auto& tapped = output.what;
        listener_.on_tapped(tapped.id, tapped.piece);
        if (tapped.credit->give_back(tapped.piece.bytes.size()))
            output.from->push(resume_stream{tapped.id});
    }

    drain::poster post_;
    drain_listener& listener_;
    std::deque<entry> waiting_;                             ///< bounded by the credit of each tap
    std::unordered_map<stream_id, std::size_t> pieces_of_;  ///< how many of waiting_
    bool turn_posted_ = false;
};

class sharded_drain final : public drain {
public:
    sharded_drain(poster post, drain_listener& listener)
        : desk_(std::make_shared<answer_desk>(std::move(post), listener)) {}
    ~sharded_drain() override { stop(); }

    /// All shards, or none.
    result<void, engine_refusal> start(engine_kind kind, unsigned threads) {
        engine_ = kind;
        for (unsigned number = 0; number < threads; ++number) {
            auto added =
                std::make_unique<shard>([desk = desk_](shard& from, drain_answers answers) {
                    desk->hand_over(from, std::move(answers));
                });
            if (auto started = added->start(kind, number); !started) {
                stop();
                shards_.clear();
                return started.error();
            }
            shards_.push_back(std::move(added));
        }
        return {};
    }

    void fall_back_because(std::string reason) { fallback_reason_ = std::move(reason); }

    engine_kind engine() const override { return engine_; }
    std::string fallback_reason() const override { return fallback_reason_; }

    stream_id add(stream_spec spec) override {
        // Streams that share a log file share a shard: rotation then has one thread. The others
        // take turns. The shard can be told from the number.
        const std::size_t turn =
            spec.log.path.empty() ? next_++ : std::hash<std::string>{}(spec.log.path);
        const stream_id id = ++last_ * shards_.size() + turn % shards_.size();
        shard_of(id).push(add_stream{id, std::move(spec)});
        return id;
    }

    void finish(stream_id id) override { shard_of(id).push(finish_stream{id}); }

    void reopen_all() override {
        for (auto& each : shards_) each->push(reopen_logs{});
    }

    void clear(stream_id id, std::function<void(error_code)> done) override {
        shard_of(id).push(clear_log{id, std::move(done)});
    }

    void stop() override {
        for (auto& each : shards_) each->push(stop_shard{});
        for (auto& each : shards_) each->join();
    }

    drain_statistics statistics() const override {
        drain_statistics sum;
        for (const auto& each : shards_) {
            sum.passes += each->passes();
            sum.bytes_read += each->bytes_read();
        }
        return sum;
    }

private:
    shard& shard_of(stream_id id) { return *shards_[id % shards_.size()]; }

    std::shared_ptr<answer_desk> desk_;
    std::vector<std::unique_ptr<shard>> shards_;
    engine_kind engine_ = engine_kind::epoll;
    std::string fallback_reason_;
    stream_id last_ = 0;
    std::size_t next_ = 0;
};

}  // namespace

result<std::unique_ptr<drain>> drain::open(const drain_options& options, poster post,
                                           drain_listener& listener) {
    const unsigned threads = std::clamp(options.threads, 1U, most_threads);
    auto made = std::make_unique<sharded_drain>(std::move(post), listener);
    if (options.engine != engine_choice::epoll) {
        auto started = made->start(engine_kind::uring, threads);
        if (started) return std::unique_ptr<drain>(std::move(made));
        if (options.engine == engine_choice::uring) return started.error().code;
        made->fall_back_because(started.error().text);
    }
    if (auto started = made->start(engine_kind::epoll, threads); !started)
        return started.error().code;
    return std::unique_ptr<drain>(std::move(made));
}

}  // namespace ringmaster::io
