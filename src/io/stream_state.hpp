// What a stream table knows of one of its streams.
//
// Private to the files of io/stream_table; owned by the table, and used on its shard's thread only.
#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "io/stream_table.hpp"

namespace ringmaster::io {

struct stream_table::stream {
    stream(stream_id name, slot_id place, stream_spec spec)
        : id(name),
          log(std::move(spec.log)),
          slot(place),
          pipe(std::move(spec.pipe)),
          syslog_name(std::move(spec.syslog_name)),
          credit(std::move(spec.credit)),
          strip_ansi(spec.strip_ansi) {
        if (spec.tap) tap = std::make_unique<stream_tap>(std::move(*spec.tap));
        // A quarter of the pipe: small writes may take a page each, and the pipe of a user who has
        // many is smaller than usual.
        const int capacity = ::fcntl(pipe.get(), F_GETPIPE_SZ);
        hot_bytes = capacity > 0 ? static_cast<std::uint32_t>(capacity) / 4 : 16384;
    }

    stream_id id;
    log_file log;
    std::unique_ptr<stream_tap> tap;
    std::unique_ptr<std::string> backlog;  // what the log could not take; reading pauses
    std::int64_t last_bytes = -1;          // finish(): so many are still to be read; -1: ask
    std::uint32_t hot_bytes;               // in the longest gathering period
    std::uint32_t window = 0;              // the period that window_bytes belongs to
    std::uint32_t window_bytes = 0;
    slot_id slot;
    unique_fd pipe;
    std::string syslog_name;
    std::shared_ptr<byte_credit> credit;  // of what is appended
    std::size_t unwritten = 0;            // appended bytes whose credit is not given back
    bool strip_ansi;
    bool paused = false;   // the tap is full
    bool watched = false;  // the engine holds the pipe or the log, or will when its turn comes
    bool in_line = false;  // waits for room in the log; without a backlog, the pipe holds bytes
    std::uint8_t small_reads = 0;  // in a row
    bool chatty = false;           // the engine reads ahead
    bool ended = false;            // nobody can write to the pipe any more
    bool finishing = false;
    bool answer = true;      // the end is to be told
    bool abandoned = false;  // finishing took too long: drop what the log does not take
};

/// 0 also if there is no pipe.
inline std::size_t bytes_in(const unique_fd& pipe) {
    int held = 0;
    return ::ioctl(pipe.get(), FIONREAD, &held) == 0 ? static_cast<std::size_t>(held) : 0;
}

}  // namespace ringmaster::io
