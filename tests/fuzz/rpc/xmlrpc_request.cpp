// The whole way of an XML-RPC request: XML, values, dispatch, a method, and the answer as XML.

#include "fuzz/target.hpp"
#include "rpc/client_codec.hpp"
#include "unit/rpc/fake_daemon.hpp"

using namespace ringmaster;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    rpc::fake_daemon daemon;
    daemon.add_group("cat", {"cat"});
    daemon.add_group("pair", {"a", "b"});
    daemon.run(daemon.id("cat", "cat"), 100);
    daemon.port.main_log.bytes = "text \xff\x1b[1m\r\n";

    const auto talk = daemon.send(std::string(fuzz::as_text(data, size)));
    if (!talk->over) return 0;  // waits for a process
    if (talk->answered.status == 200) {
        fuzz::require(rpc::decode_response(talk->answered.body).has_value(),
                      "an answer is XML-RPC");
    } else {
        fuzz::require(talk->answered.status == 400, "what is no call is a bad request");
    }
    return 0;
}
