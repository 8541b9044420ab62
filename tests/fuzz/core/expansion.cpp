// %(name)s expansion of any value.

#include "core/expand.hpp"
#include "fuzz/target.hpp"

using namespace ringmaster;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto value = fuzz::as_text(data, size);
    core::expansion_names environment;
    environment.set_environment({{"HOME", "/home/joe"}, {"PERCENT", "100%"}, {"EMPTY", ""}});
    core::expansion_names names(&environment);
    names.set("here", std::string("/etc"));
    names.set("process_num", std::int64_t{7});
    names.set("numprocs", std::int64_t{-1});

    const auto expanded = core::expand(value, names, "program:x.command");
    if (!expanded)
        fuzz::require(expanded.error().text().starts_with("Format string "),
                      "an error of its kind");
    else if (value.find('%') == std::string_view::npos)
        fuzz::require(*expanded == value, "a text without % stays as it is");
    return 0;
}
