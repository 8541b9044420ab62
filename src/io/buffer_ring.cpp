#include "io/buffer_ring.hpp"

namespace ringmaster::io {

result<std::unique_ptr<buffer_ring>> buffer_ring::open(ring& owner, unsigned short group,
                                                       unsigned short count, std::size_t size) {
    std::unique_ptr<buffer_ring> made(new buffer_ring(group, count, size));
    RM_TRY(made->entries_, unique_mapping::make(count * sizeof(io_uring_buf)));
    RM_TRY(made->memory_, unique_mapping::make(count * size));

    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(made->entries_.data());
    registration.ring_entries = count;
    registration.bgid = group;
    const int status = ::io_uring_register_buf_ring(&owner.raw(), &registration, 0);
    if (status < 0) return posix_error(-status);

    for (unsigned short id = 0; id < count; ++id) made->recycle(id);
    return made;
}

void buffer_ring::recycle(unsigned short id) {
    auto* entries = reinterpret_cast<io_uring_buf_ring*>(entries_.data());
    ::io_uring_buf_ring_add(entries, memory_.data() + id * size_, static_cast<unsigned>(size_), id,
                            ::io_uring_buf_ring_mask(count_), 0);
    ::io_uring_buf_ring_advance(entries, 1);
}

}  // namespace ringmaster::io
