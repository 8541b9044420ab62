#include "http/basic_auth.hpp"

#include <gtest/gtest.h>

namespace ringmaster::http {
namespace {

using verdict = basic_auth::verdict;

// base64 made with coreutils' base64, digests with sha1sum.
constexpr const char* user_secret = "dXNlcjpzZWNyZXQ=";   // user:secret
constexpr const char* user_wrong = "dXNlcjp3cm9uZw==";    // user:wrong
constexpr const char* other_secret = "b3RoZXI6c2VjcmV0";  // other:secret
constexpr const char* user_colons = "dXNlcjphOmI6Yw==";   // user:a:b:c
constexpr const char* secret_sha1 = "e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4";

verdict check(const basic_auth& auth, std::string_view authorization) {
    return auth.check(authorization).what;
}

TEST(BasicAuth, WithoutUserEverybodyIsAccepted) {
    EXPECT_EQ(basic_auth{}.check(std::nullopt).what, verdict::accepted);
    EXPECT_EQ(check(basic_auth("", ""), "Digest x"), verdict::accepted);
}

TEST(BasicAuth, AcceptsTheRightPairOnly) {
    const basic_auth auth{"user", "secret"};
    EXPECT_EQ(check(auth, std::string{"Basic "} + user_secret), verdict::accepted);
    EXPECT_EQ(check(auth, std::string{"bASIC "} + user_secret), verdict::accepted);
    EXPECT_EQ(check(auth, std::string{"Basic "} + user_wrong), verdict::denied);
    EXPECT_EQ(check(auth, std::string{"Basic "} + other_secret), verdict::denied);
    EXPECT_EQ(auth.check(std::nullopt).what, verdict::denied);
}

TEST(BasicAuth, ThePasswordMayContainColons) {
    EXPECT_EQ(check(basic_auth("user", "a:b:c"), std::string{"Basic "} + user_colons),
              verdict::accepted);
}

TEST(BasicAuth, ComparesAHashedPasswordByItsDigest) {
    for (const std::string digest : {secret_sha1, "E5E9FA1BA31ECD1AE84F75CAAA474F3A663F05F4"}) {
        const basic_auth auth{"user", "{SHA}" + digest};
        EXPECT_EQ(check(auth, std::string{"Basic "} + user_secret), verdict::accepted);
        EXPECT_EQ(check(auth, std::string{"Basic "} + user_wrong), verdict::denied);
    }
    EXPECT_EQ(check(basic_auth("user", "{SHA}"), std::string{"Basic "} + user_secret),
              verdict::denied);
}

TEST(BasicAuth, OtherSchemesAreDeniedWithANote) {
    const auto outcome = basic_auth("user", "secret").check("Bearer abc\x1b");
    EXPECT_EQ(outcome.what, verdict::denied);
    EXPECT_EQ(outcome.note, "unknown/unsupported auth method: Bearer");
}

TEST(BasicAuth, UndecodableTextIsMalformedAndNotRepeated) {
    const basic_auth auth{"user", "secret"};
    const auto bad_padding = auth.check("Basic dXNlcjpzZWNyZXQ");
    EXPECT_EQ(bad_padding.what, verdict::malformed);
    EXPECT_EQ(bad_padding.note, "malformed authorization info");
    EXPECT_EQ(check(auth, "Basic //8="), verdict::malformed);  // ff ff is not UTF-8
}

TEST(BasicAuth, TextWithoutColonIsDenied) {
    const basic_auth auth{"user", "secret"};
    EXPECT_EQ(check(auth, "Basic dXNlcg=="), verdict::denied);
    EXPECT_EQ(check(auth, "Basic !!!!"), verdict::denied);
    EXPECT_EQ(check(auth, "Basic"), verdict::denied);
}

TEST(Base64, SkipsForeignCharacters) {
    EXPECT_EQ(decode_base64("dX\nNl cj*pz=ZWNyZXQ="), "user:secret");
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("YQ=="), "a");
    EXPECT_EQ(decode_base64("Y"), std::nullopt);
}

}  // namespace
}  // namespace ringmaster::http
