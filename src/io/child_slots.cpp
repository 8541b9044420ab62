#include "io/child_slots.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

#include "io/posix.hpp"

namespace ringmaster::io {
namespace {

/// The kernel copies descriptors in words of its bitmap.
constexpr unsigned copied_together = 64;

/// With fewer descriptors than that each one counts more than launches during a hanging disk, and
/// copying the table costs little.
constexpr rlim_t few = 256;
constexpr unsigned children_with_few = 4;

bool has_few_descriptors() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < few;
}

}  // namespace

result<std::unique_ptr<child_slots>> child_slots::reserve(unsigned count) {
    auto slots = std::make_unique<child_slots>();
    RM_TRY(slots->placeholder_, open_file("/dev/null", O_RDWR));
    const bool sparing = has_few_descriptors();
    if (sparing) count = std::min(count, children_with_few);
    for (unsigned i = 0; i < count; ++i) {
        for (unique_fd& number : slots->triples_.emplace_back().numbers) {
            RM_TRY(number, slots->next());
        }
    }
    while (slots->end_ % copied_together != 0 && !sparing) {
        RM_TRY(slots->fill_.emplace_back(), slots->next());
    }
    return slots;
}

result<unique_fd> child_slots::next() {
    unique_fd number{::fcntl(placeholder_.get(), F_DUPFD_CLOEXEC, 3)};
    if (!number) return last_errno();
    end_ = std::max(end_, static_cast<unsigned>(number.get()) + 1);
    return number;
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
