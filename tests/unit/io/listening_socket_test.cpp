#include "io/listening_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace ringmaster::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* in_use_text =
    "Another program is already listening on a port that one of our HTTP servers is configured to "
    "use.  Shut this program down first before starting supervisord.";

class ListeningSocket : public testing::Test {
protected:
    ListeningSocket() {
        std::string name = (fs::temp_directory_path() / "listening.XXXXXX").string();
        directory = ::mkdtemp(name.data());
        config.section = "unix_http_server";
        config.path = (directory / "sock").string();
    }
    ~ListeningSocket() override { fs::remove_all(directory); }

    result<listening_socket, listen_error> open() {
        return open_listening_socket(config,
                                     [this](std::string_view line) { said.emplace_back(line); });
    }
    static core::server_config inet(std::string host, std::uint16_t port) {
        core::server_config out;
        out.kind = core::family::inet;
        out.host = std::move(host);
        out.port = port;
        return out;
    }
    std::string failure(const core::server_config& of) {
        auto opened = open_listening_socket(of, [](std::string_view) {});
        return opened ? "no failure" : describe(opened.error());
    }
    unsigned mode() const {
        struct stat info {};
        return ::stat(config.path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
    }
    /// A bound socket file that nobody serves any more.
    void leave_stale_socket() {
        const unique_fd dead{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, config.path.c_str(), config.path.size() + 1);
        ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator{directory}, fs::directory_iterator{}));
    }

    fs::path directory;
    core::server_config config;
    std::vector<std::string> said;
};

TEST_F(ListeningSocket, MakesAUnixSocketWithItsModeWhateverTheUmask) {
    const mode_t before = ::umask(0);
    config.mode = 0751;
    {
        auto opened = open();
        ASSERT_TRUE(opened);
        EXPECT_EQ(mode(), 0751u);
        EXPECT_EQ(files(), 1u);  // no temporary name is left
        EXPECT_TRUE(::fcntl(opened->fd(), F_GETFD) & FD_CLOEXEC);
        EXPECT_TRUE(::fcntl(opened->fd(), F_GETFL) & O_NONBLOCK);
    }
    ::umask(077);
    config.mode = 0777;
    const auto opened = open();
    EXPECT_EQ(mode(), 0777u);
    ::umask(before);
}

TEST_F(ListeningSocket, RemovesItsFileWhenItCloses) {
    { const auto opened = open(); }
    EXPECT_EQ(files(), 0u);
}

TEST_F(ListeningSocket, LeavesAFileThatSomebodyElsePutThere) {
    auto opened = open();
    fs::remove(config.path);
    std::ofstream{config.path} << "mine";
    opened->close();
    EXPECT_TRUE(fs::exists(config.path));
}

TEST_F(ListeningSocket, MovingHandsTheFileOn) {
    auto opened = open();
    listening_socket second;
    {
        listening_socket first = std::move(*opened);
        second = std::move(first);
    }
    EXPECT_TRUE(fs::exists(config.path));
    second.close();
    EXPECT_FALSE(fs::exists(config.path));
}

TEST_F(ListeningSocket, ReplacesAStaleSocketAndSaysSo) {
    leave_stale_socket();
    ASSERT_TRUE(open());
    EXPECT_EQ(said, std::vector<std::string>{"Unlinking stale socket " + config.path});
}

TEST_F(ListeningSocket, ReplacesALeftoverTemporaryName) {
    std::ofstream{config.path + "." + std::to_string(::getpid())} << "left over";
    const auto opened = open();
    ASSERT_TRUE(opened);
    EXPECT_EQ(files(), 1u);
}

TEST_F(ListeningSocket, RefusesASocketThatAnswers) {
    const auto running = open();
    ASSERT_TRUE(running);
    std::thread daemon([&running] {
        for (;;) {
            const unique_fd peer{::accept(running->fd(), nullptr, nullptr)};
            if (!peer) {
                std::this_thread::yield();
                continue;
            }
            char request[64];
            (void)!::read(peer.get(), request, sizeof request);
            (void)!::write(peer.get(), "H", 1);
            return;
        }
    });
    EXPECT_EQ(failure(config), in_use_text);
    daemon.join();
    EXPECT_TRUE(fs::exists(config.path));
    EXPECT_EQ(files(), 1u);
}

TEST_F(ListeningSocket, RefusesASocketWhoseOwnerIsSilent) {
    const auto running = open();
    ASSERT_TRUE(running);
    EXPECT_EQ(failure(config), in_use_text);
    EXPECT_TRUE(fs::exists(config.path));
}

TEST_F(ListeningSocket, DeletesNothingThatIsNoSocket) {
    std::ofstream{config.path} << "precious";
    EXPECT_EQ(failure(config),
              "Cannot open an HTTP server: socket.error reported errno.EEXIST (17)");
    EXPECT_TRUE(fs::is_regular_file(config.path));
}

TEST_F(ListeningSocket, ReportsAMissingDirectory) {
    config.path = (directory / "missing" / "sock").string();
    EXPECT_EQ(failure(config),
              "Cannot open an HTTP server: socket.error reported errno.ENOENT (2)");
}

TEST_F(ListeningSocket, ReportsAPathThatIsTooLong) {
    config.path = (directory / std::string(200, 'x')).string();
    EXPECT_EQ(failure(config),
              "Cannot open an HTTP server: socket.error reported errno.ENAMETOOLONG (36)");
}

TEST_F(ListeningSocket, SetsTheOwnerOrSaysWhoMayNot) {
    config.owner = {12345, 12346};
    const auto opened = open();
    if (::geteuid() == 0) {
        ASSERT_TRUE(opened);
        struct stat info {};
        ASSERT_EQ(::stat(config.path.c_str(), &info), 0);
        EXPECT_EQ(info.st_uid, 12345u);
        EXPECT_EQ(info.st_gid, 12346u);
    } else {
        ASSERT_FALSE(opened);
        EXPECT_EQ(files(), 0u);
    }
    const listen_error refused{
        listen_error::kind::chown_refused, EPERM, "/run/s.sock", {0, {}}, "joe"};
    EXPECT_EQ(
        describe(refused),
        "Not permitted to chown /run/s.sock to uid/gid (0, -1); adjust \"sockchown\" value in "
        "config file or on command line to values that the current user (joe) can "
        "successfully chown");
}

TEST_F(ListeningSocket, BindsTcpToTheHostGiven) {
    const auto opened = open_listening_socket(inet("127.0.0.1", 0), [](std::string_view) {});
    ASSERT_TRUE(opened);
    EXPECT_NE(opened->port(), 0);
    EXPECT_EQ(failure(inet("127.0.0.1", opened->port())), in_use_text);
    EXPECT_TRUE(open_listening_socket(inet("", 0), [](std::string_view) {}));
    EXPECT_TRUE(open_listening_socket(inet("localhost", 0), [](std::string_view) {}));
}

TEST_F(ListeningSocket, ReportsAnAddressThatIsNotOurs) {
    EXPECT_EQ(failure(inet("192.0.2.1", 0)),
              "Cannot open an HTTP server: socket.error reported errno.EADDRNOTAVAIL (99)");
}

TEST_F(ListeningSocket, ReportsTheResolversCodeForANameThatDoesNotResolve) {
    EXPECT_EQ(describe({listen_error::kind::resolver, -2, {}, {}, {}}),
              "Cannot open an HTTP server: socket.error reported -2");
}

}  // namespace
}  // namespace ringmaster::io
