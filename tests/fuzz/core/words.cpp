// The two little languages inside values: environment= and command=.

#include "core/command_line.hpp"
#include "core/environment_syntax.hpp"
#include "fuzz/target.hpp"

using namespace ringmaster;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    if (const auto variables = core::parse_environment(text); !variables)
        fuzz::require(!variables.error().text().empty(), "an error says what is wrong");
    if (const auto words = core::split_command_line(text); !words)
        fuzz::require(!words.error().detail.empty(), "an error says what is wrong");
    return 0;
}
