// The whole way from bytes to a configuration: INI reader, includes, expansion, values, groups.
//
// The input is the main file and, behind a NUL, one that it may include.

#include "core/config_dump.hpp"
#include "core/utf8.hpp"
#include "fuzz/target.hpp"
#include "support/load.hpp"

using namespace ringmaster;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const auto end = text.find('\0');
    test::fake_host machine;
    if (end != std::string_view::npos) {
        machine.files["/etc/more.conf"] = text.substr(end + 1);
        machine.globs["/etc/*.conf"] = {"/etc/more.conf"};
    }
    machine.files[std::string(test::config_path)] = text.substr(0, end);

    // Small enough that an input which asks for a huge fleet does not take seconds.
    const core::load_limits limits{.processes_of_a_section = 200, .bytes = 1 << 20};
    const auto loaded = core::load_config(test::options_for(machine), machine, limits);
    if (loaded) {
        const auto shown = core::dump_as_ini(*loaded);
        fuzz::require(!shown || !shown->empty(), "what is loaded can be shown");
        fuzz::require(core::is_utf8(core::dump_as_json(*loaded)), "JSON is UTF-8");
        return 0;
    }
    fuzz::require(!loaded.error().text.empty(), "an error says what is wrong");
    fuzz::require(!loaded.error().hints.empty(), "an error says where");
    return 0;
}
