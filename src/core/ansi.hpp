// Removes terminal escape sequences (`ESC [ … letter`) from the output of children (`strip_ansi`).
//
// Knows Supervisor's list of final letters and nothing of terminals: a sequence that ends in
// another letter swallows the text up to the next listed one. Keeps no state between pieces.
#pragma once

#include <cstddef>
#include <span>

namespace ringmaster::core {

/// Moves what remains of `piece` to its front; answers how many bytes remain.
/// A sequence without an end drops the rest of the piece.
std::size_t strip_ansi(std::span<char> piece);

}  // namespace ringmaster::core
