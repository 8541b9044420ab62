#include "io/drain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <variant>

#include "io/placement.hpp"
#include "io/shard.hpp"

namespace ringmaster::io {
namespace {

constexpr unsigned most_threads = 64;

/// For the buffers of one shard's engine: more gains nothing.
constexpr std::size_t most_engine_memory = 4 * 1024 * 1024;

/// Tapped pieces handed on before other work of the control thread gets its turn.
constexpr std::size_t pieces_per_turn = 16;

/// The way of answers from the shards to the listener, who may be gone when a shard that was left
/// behind, or a function that was posted, comes to it.
///
/// Output may be tapped faster than the control thread can deal with it. It waits here and is
/// handed on in slices.
class answer_desk : public std::enable_shared_from_this<answer_desk> {
public:
    answer_desk(drain::poster post, drain_listener& listener)
        : post_(std::move(post)), listener_(&listener) {}

    /// Called on the thread of `from`.
    void hand_over(shard& from, drain_answers answers) {
        const std::lock_guard guard(lock_);
        if (!post_) return;
        post_([desk = weak_from_this(), &from, answers = std::move(answers)]() mutable {
            if (const auto alive = desk.lock()) alive->take(from, std::move(answers));
        });
    }

    /// From the control thread.
    void tell(core::log_level level, const std::string& text) {
        listener_->on_drain_message(level, text);
    }

    /// The drain ends: nothing reaches the control thread any more.
    void close() {
        const std::lock_guard guard(lock_);
        post_ = nullptr;
        listener_ = nullptr;
    }

private:
    struct tapped_output {
        shard* from;
        drain_answers::tapped_bytes what;
    };
    /// One piece of output, or the end of a stream behind all of its pieces.
    using entry = std::variant<tapped_output, stream_id>;

    void take(shard& from, drain_answers answers) {
        if (listener_ == nullptr) return;
        for (const auto& note : answers.notes) listener_->on_drain_message(note.level, note.text);
        for (const auto& [done, outcome] : answers.cleared) done(outcome);
        for (const stream_id id : answers.room) listener_->on_room(id);
        for (auto& tapped : answers.tapped) {
            ++pieces_of_[tapped.id];
            waiting_.emplace_back(tapped_output{&from, std::move(tapped)});
        }
        for (const stream_id id : answers.finished) {
            if (pieces_of_.contains(id))
                waiting_.emplace_back(id);
            else
                listener_->on_stream_finished(id);
        }
        if (!waiting_.empty() && !std::exchange(turn_posted_, true)) post_turn();
    }

    void post_turn() {
        post_([desk = weak_from_this()] {
            if (const auto alive = desk.lock()) alive->take_turn();
        });
    }

    void take_turn() {
        if (listener_ == nullptr) return;
        for (std::size_t done = 0; done < pieces_per_turn && !waiting_.empty(); ++done) {
            const entry next = std::move(waiting_.front());
            waiting_.pop_front();
            if (const auto* id = std::get_if<stream_id>(&next)) {
                listener_->on_stream_finished(*id);
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
        listener_->on_tapped(tapped.id, tapped.piece);
        if (tapped.credit->give_back(tapped.piece.bytes.size()))
            output.from->push(resume_stream{tapped.id});
        tapped.budget->give_back(tapped.piece.bytes.size());
    }

    std::mutex lock_;  // guards post_
    drain::poster post_;
    drain_listener* listener_;                              // of the control thread
    std::deque<entry> waiting_;                             ///< bounded by the credit of each tap
    std::unordered_map<stream_id, std::size_t> pieces_of_;  ///< how many of waiting_
    bool turn_posted_ = false;
};

class sharded_drain final : public drain {
public:
    sharded_drain(const drain_options& options, poster post, drain_listener& listener)
        : desk_(std::make_shared<answer_desk>(std::move(post), listener)),
          placement_(std::clamp(options.threads, 1U, most_threads)),
          budget_(std::make_shared<memory_budget>(options.memory / 2)),
          memory_for_engines_(options.memory / 2),
          patience_(options.stop_patience) {}
    ~sharded_drain() override {
        stop();
        desk_->close();
    }

    result<void, engine_refusal> start(engine_kind kind) {
        engine_ = kind;
        places_.assign(placement_.places(), nullptr);
        RM_TRY(places_[0], start_shard({}));
        return {};
    }

    void fall_back_because(std::string reason) { fallback_reason_ = std::move(reason); }

    engine_kind engine() const override { return engine_; }
    std::string fallback_reason() const override { return fallback_reason_; }

    stream_id add(stream_spec spec) override {
        const auto disk =
            spec.syslog_name.empty() ? disk_of(spec.log.file.get()) : placement::syslog;
        const auto place = placement_.choose(disk, spec.log.path);
        if (places_[place] == nullptr) open_place(place, spec.log.path);
        const stream_id id = ++last_ * places_.size() + place;
        shard_of(id).push_lazily(add_stream{id, std::move(spec)});
        return id;
    }

    bool append(stream_id id, const std::shared_ptr<byte_credit>& credit,
                std::string bytes) override {
        const bool used_up = credit->take(bytes.size());
        shard_of(id).push_lazily({id, std::move(bytes)});
        return !used_up;
    }

    void read_from(stream_id id, unique_fd pipe) override {
        shard_of(id).push(hand_over_pipe{id, std::move(pipe)});
    }

    void finish(const std::vector<stream_id>& ids) override {
        std::map<shard*, std::vector<stream_id>> of;
        for (const stream_id id : ids) of[&shard_of(id)].push_back(id);
        for (auto& [each, its] : of) each->push(finish_streams{std::move(its)});
    }

    void reopen_all() override {
        for (auto& each : shards_) each.thread->push(reopen_logs{});
    }

    void clear(stream_id id, std::function<void(error_code)> done) override {
        shard_of(id).push(clear_log{id, std::move(done)});
    }

    void stop() override {
        if (std::exchange(stopped_, true)) return;
        for (auto& each : shards_) each.thread->request_stop();
        for (auto& each : shards_) {
            if (each.thread->join(patience_)) continue;
            desk_->tell(
                core::log_level::error,
                fmt::format("the disk of {} hangs; its logs are left incomplete", each.first_log));
        }
    }

    drain_statistics statistics() const override {
        drain_statistics sum;
        for (const auto& each : shards_) {
            sum.passes += each.thread->passes();
            sum.bytes_read += each.thread->bytes_read();
        }
        return sum;
    }

private:
    struct started_shard {
        std::shared_ptr<shard> thread;
        std::string first_log;  // that was placed there, to name its disk by
    };

    result<shard*, engine_refusal> start_shard(const std::string& first_log) {
        auto answer = [desk = desk_](shard& from, drain_answers answers) {
            desk->hand_over(from, std::move(answers));
        };
        auto made = std::make_shared<shard>(std::move(answer), budget_);
        const auto number = static_cast<unsigned>(shards_.size());
        // Half of what is left: some is left for each that will be needed later.
        const auto memory = std::min(memory_for_engines_ / 2, most_engine_memory);
        if (auto started = made->start(engine_, number, memory); !started) return started.error();
        memory_for_engines_ -= memory;
        budget_->on_room([weak = std::weak_ptr(made)] {
            if (const auto parked = weak.lock()) parked->push(resume_parked{});
        });
        shards_.push_back({made, first_log});
        return made.get();
    }

    /// Where no thread can be had, the first shard serves the place for good.
    void open_place(std::size_t place, const std::string& log) {
        auto started = start_shard(log);
        places_[place] = started ? *started : places_[0];
        if (started) return;
        desk_->tell(core::log_level::warn,
                    fmt::format("no thread of its own for the logs on the disk of {}: {}", log,
                                started.error().text));
    }

    /// The place can be told from the number.
    shard& shard_of(stream_id id) { return *places_[id % places_.size()]; }

    std::shared_ptr<answer_desk> desk_;
    placement placement_;
    std::shared_ptr<memory_budget> budget_;
    std::size_t memory_for_engines_;  ///< of shards that are not started yet
    std::chrono::milliseconds patience_;
    std::vector<started_shard> shards_;
    std::vector<shard*> places_;  // null: not needed yet
    engine_kind engine_ = engine_kind::epoll;
    std::string fallback_reason_;
    stream_id last_ = 0;
    bool stopped_ = false;
};

}  // namespace

result<std::unique_ptr<drain>> drain::open(const drain_options& options, poster post,
                                           drain_listener& listener) {
    auto made = std::make_unique<sharded_drain>(options, std::move(post), listener);
    if (options.engine != engine_choice::epoll) {
        auto started = made->start(engine_kind::uring);
        if (started) return std::unique_ptr<drain>(std::move(made));
        if (options.engine == engine_choice::uring) return started.error().code;
        made->fall_back_because(started.error().text);
    }
    if (auto started = made->start(engine_kind::epoll); !started) return started.error().code;
    return std::unique_ptr<drain>(std::move(made));
}

}  // namespace ringmaster::io
