#include <utility>

#include "core/log_range.hpp"
#include "rpc/arguments.hpp"
#include "rpc/selection.hpp"
#include "rpc/supervisor_methods.hpp"

namespace ringmaster::rpc {
namespace {

struct range_arguments {
    std::int64_t offset = 0;
    std::int64_t length = 0;

    static reply<range_arguments> from(const array& params, std::size_t first) {
        range_arguments read;
        RM_TRY(read.offset, integer_argument(params, first));
        RM_TRY(read.length, integer_argument(params, first + 1));
        return read;
    }
};

/// The bytes for the reading methods. A range that is refused is looked up all the same: that the
/// file is missing comes first.
log_window reading(const range_arguments& range) {
    return [range](std::int64_t size) -> core::byte_range {
        if (!core::is_readable_range(range.offset, range.length)) return {0, 0};
        return core::read_range(range.offset, range.length, size);
    };
}

reply<void> write_read(value_writer& out, const log_slice& slice, const range_arguments& range) {
    if (slice.state == log_slice::status::missing) {
        if (slice.path.empty()) return fault(fault_code::no_file);
        return fault(fault_code::no_file, slice.path);
    }
    if (!core::is_readable_range(range.offset, range.length)) {
        return fault(fault_code::bad_arguments);
    }
    if (slice.state == log_slice::status::unreadable) return fault(fault_code::failed);
    out.string(slice.bytes);
    return {};
}

void write_tail(value_writer& out, std::string_view bytes, std::int64_t offset, bool overflow) {
    out.begin_array();
    out.string(bytes);
    out.integer(offset);
    out.boolean(overflow);
    out.end_array();
}

task<reply<void>> read_process_log(invocation& in, channel from) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto id, find_one(in.port.model(), name));
    RM_CO_TRY(const auto range, range_arguments::from(in.params, 1));
    log_window window = reading(range);
    const log_slice slice = co_await in.port.read_process_log(id, from, std::move(window));
    co_return write_read(in.out, slice, range);
}

task<reply<void>> tail_process_log(invocation& in, channel from) {
    RM_CO_TRY(const auto name, text_argument(in.params, 0));
    RM_CO_TRY(const auto id, find_one(in.port.model(), name));
    RM_CO_TRY(const auto range, range_arguments::from(in.params, 1));
    log_window window = [range](std::int64_t size) {
        return core::tail_range(range.offset, range.length, size);
    };
    const log_slice slice = co_await in.port.read_process_log(id, from, std::move(window));
    switch (slice.state) {
        case log_slice::status::missing: write_tail(in.out, "", 0, false); break;
        case log_slice::status::unreadable: write_tail(in.out, "", range.offset, false); break;
        case log_slice::status::ok:
            write_tail(in.out, slice.bytes, slice.size,
                       core::tail_overflows(range.offset, range.length, slice.size));
            break;
    }
    co_return reply<void>();
}

}  // namespace

task<reply<void>> read_log(invocation& in) {
    RM_CO_TRY(const auto range, range_arguments::from(in.params, 0));
    log_window window = reading(range);
    const log_slice slice = co_await in.port.read_main_log(std::move(window));
    co_return write_read(in.out, slice, range);
}

task<reply<void>> read_process_stdout_log(invocation& in) {
    return read_process_log(in, channel::output);
}

task<reply<void>> read_process_stderr_log(invocation& in) {
    return read_process_log(in, channel::error);
}

task<reply<void>> tail_process_stdout_log(invocation& in) {
    return tail_process_log(in, channel::output);
}

task<reply<void>> tail_process_stderr_log(invocation& in) {
    return tail_process_log(in, channel::error);
}

}  // namespace ringmaster::rpc
