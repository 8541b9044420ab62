#include "io/child_slots.hpp"

#include <fcntl.h>

#include <algorithm>

#include "io/posix.hpp"

namespace ringmaster::io {

result<std::unique_ptr<child_slots>> child_slots::reserve(unsigned count) {
    auto slots = std::make_unique<child_slots>();
    RM_TRY(slots->placeholder_, open_file("/dev/null", O_RDWR));
    for (unsigned i = 0; i < count; ++i) {
        for (unique_fd& number : slots->triples_.emplace_back().numbers) {
            number.reset(::fcntl(slots->placeholder_.get(), F_DUPFD_CLOEXEC, 3));
            if (!number) return last_errno();
            slots->end_ = std::max(slots->end_, static_cast<unsigned>(number.get()) + 1);
        }
    }
    return slots;
}

child_slots::triple* child_slots::take(const std::array<int, 3>& descriptors) {
    for (triple& each : triples_) {
        if (each.taken.exchange(true)) continue;
        for (unsigned i = 0; i < descriptors.size(); ++i) {
            if (::dup3(descriptors[i], each.numbers[i].get(), O_CLOEXEC) >= 0) continue;
            each.taken = false;
            return nullptr;
        }
        return &each;
    }
    return nullptr;
}

void child_slots::tidy(triple& used) {
    if (used.taken.exchange(true)) return;
    for (const unique_fd& number : used.numbers) {
        ::dup3(placeholder_.get(), number.get(), O_CLOEXEC);
    }
    used.taken = false;
}

}  // namespace ringmaster::io
