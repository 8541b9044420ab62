// Who has finished in an operation on several processes, and in which order the answer lists them.
//
// Those that needed no waiting come first, as they were given; the others follow as they finish.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "rpc/fault.hpp"
#include "rpc/process_operations.hpp"

namespace ringmaster::rpc {

class ledger {
public:
    explicit ledger(participants all);

    std::size_t size() const { return all_.size(); }
    const participant& at(std::size_t index) const { return all_[index]; }
    const participant& of(process_id id) const { return all_[index_.at(id)]; }

    /// Notes that the process is being waited for: it can no longer finish at once.
    void keep_waiting(process_id id);
    void finish(process_id id, std::optional<fault> failure = {});

    /// In the order given.
    std::vector<process_id> unfinished() const;
    /// All participants in answer order; everyone must have finished.
    participants in_answer_order() &&;

private:
    struct progress {
        bool waited = false;
        bool finished = false;
    };

    participants all_;
    std::vector<progress> progress_;
    std::vector<std::size_t> finished_late_;
    std::unordered_map<process_id, std::size_t> index_;
};

}  // namespace ringmaster::rpc
