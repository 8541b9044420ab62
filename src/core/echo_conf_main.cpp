// echo_supervisord_conf: prints the sample configuration.
#include <cstdio>

#include "core/sample_config.hpp"

int main() {
    const auto text = ringmaster::core::sample_config();
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return written && std::fflush(stdout) == 0 ? 0 : 1;
}
