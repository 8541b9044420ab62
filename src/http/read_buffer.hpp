// The bytes that were received and not yet parsed.
//
// Small while a connection is idle, grows while reads fill it, up to a fixed size: the parser
// bounds what it leaves unparsed, and pipelined requests beyond the bound wait in the kernel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace ringmaster::http {

class read_buffer {
public:
    static constexpr std::size_t smallest = 4 * 1024;
    static constexpr std::size_t largest = 64 * 1024;

    struct space {
        char* data = nullptr;
        std::size_t size = 0;
    };

    std::string_view bytes() const { return {bytes_.data() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }

    void consume(std::size_t count) { begin_ += count; }

    /// Room for the next read; none if the buffer is full. Valid until the next call of any member.
    space prepare() {
        if (begin_ > 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (end_ == bytes_.size() || filled_)
            bytes_.resize(std::clamp(bytes_.size() * 2, smallest, largest));
        filled_ = false;
        return {bytes_.data() + end_, bytes_.size() - end_};
    }

    /// `count` bytes were written to what prepare() gave.
    void commit(std::size_t count) {
        end_ += count;
        filled_ = end_ == bytes_.size();
    }

    /// Gives a grown buffer back when there is nothing in it.
    void shrink() {
        if (!empty() || bytes_.size() <= smallest) return;
        bytes_ = std::vector<char>(smallest);
        begin_ = end_ = 0;
        filled_ = false;
    }

private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool filled_ = false;  ///< the last read had no room to spare
};

}  // namespace ringmaster::http
