// What the client makes of a server's answer, and whether it could send the same value back.

#include "fuzz/target.hpp"
#include "rpc/client_codec.hpp"
#include "rpc/request_reader.hpp"

using namespace ringmaster;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto answer = rpc::decode_response(std::string(fuzz::as_text(data, size)));
    if (!answer) {
        fuzz::require(!answer.error().text.empty(), "an error says what is wrong");
        return 0;
    }
    const auto* value = std::get_if<rpc::value>(&*answer);
    if (value == nullptr) return 0;
    const auto sent = rpc::encode_call(rpc::call{"a.b", {*value}});
    const auto read = rpc::read_request(sent);
    fuzz::require(read.has_value(), "what was decoded can be encoded");
    fuzz::require(read->params.size() == 1, "and is one value again");
    return 0;
}
