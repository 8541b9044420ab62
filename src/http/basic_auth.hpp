// Basic authentication of one listener: one user, one password, no sessions.
//
// Owned by the listener's router. Pure; it neither sees a request nor writes a log line. Comparing
// takes the same time however much of the password is right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringmaster::http {

class basic_auth {
public:
    enum class verdict : std::uint8_t {
        accepted,
        denied,     ///< 401
        malformed,  ///< 400
    };

    struct outcome {
        verdict what = verdict::accepted;
        std::string note;  ///< for the log: why a client's header was not understood
    };

    /// No authentication.
    basic_auth() = default;
    /// `password` is plain text or "{SHA}" and 40 hexadecimal digits. An empty `user` means no
    /// authentication.
    basic_auth(std::string user, std::string password);

    bool required() const { return !user_.empty(); }
    /// `authorization` is the field's value; nullopt if the request has none.
    outcome check(std::optional<std::string_view> authorization) const;

private:
    bool matches(std::string_view user, std::string_view password) const;

    std::string user_;
    std::string password_;  ///< lower-case hexadecimal digest if hashed_
    bool hashed_ = false;
};

/// What Supervisor's decoder accepts: characters outside the alphabet are skipped, wrong padding is
/// an error.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace ringmaster::http
