#include "rpc/ledger.hpp"

#include <utility>

namespace ringmaster::rpc {

ledger::ledger(participants all) : all_(std::move(all)), progress_(all_.size()) {
    index_.reserve(all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) index_.emplace(all_[i].id, i);
}

void ledger::keep_waiting(process_id id) {
    progress_[index_.at(id)].waited = true;
}

void ledger::finish(process_id id, std::optional<fault> failure) {
    const std::size_t index = index_.at(id);
    all_[index].failure = std::move(failure);
    progress_[index].finished = true;
    if (progress_[index].waited) finished_late_.push_back(index);
}

std::vector<process_id> ledger::unfinished() const {
    std::vector<process_id> ids;
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (!progress_[i].finished) ids.push_back(all_[i].id);
    }
    return ids;
}

participants ledger::in_answer_order() && {
    participants ordered;
    ordered.reserve(all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (!progress_[i].waited) ordered.push_back(std::move(all_[i]));
    }
    for (const std::size_t index : finished_late_) ordered.push_back(std::move(all_[index]));
    return ordered;
}

}  // namespace ringmaster::rpc
