// SPDX-License-Identifier: Apache-2.0
// House rules that a reader can check with grep, so that nobody has to.
#include <map>
#include <set>

#include "tests/rules/source_tree.h"
#include "tests/support/catch.h"

using namespace parlour::tests;

namespace {

bool startsWithAny(const std::string& path, const std::vector<std::string>& prefixes) {
    for (const auto& p : prefixes)
        if (path.rfind(p, 0) == 0) return true;
    return false;
}

struct Ban {
    std::string what;
    std::regex pattern;
    std::vector<std::string> allowedIn;  ///< path prefixes, each with its reason
};

const std::vector<Ban>& bans() {
    static const std::vector<Ban> list{
        {"a mutex outside base and the named adapters", std::regex(R"(std::(recursive_|shared_)?mutex)"),
         {"core/base/", "core/rtc/sctp_driver",   // usrsctp's state is process-global
          "core/net/",                            // Asio adapter: hand-over from foreign threads
          "audio/pacer",                          // the one place in audio that waits
          "audio/null_backend",                   // open and close against the clocked thread: no real device there
          "audio/device_supervisor",              // its report, read by any thread
          "audio/recorder",                       // what is wanted and how it goes: control and writer, never the pump
          "audio/device_news"}},                  // the server's lists, read by the supervisor
        {"sleeping", std::regex(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)"),
         {}},
        {"asking for the time", std::regex(R"((steady_clock|system_clock|high_resolution_clock)::now)"),
         {"core/base/clock.cpp"}},
        {"random numbers without a seed", std::regex(R"(\b(rand|srand|random_device)\b\s*[({])"), {"core/crypto/"}},
        {"a shell", std::regex(R"(\b(system|popen)\s*\()"), {}},
        {"switching off certificate checks", std::regex(R"(ignoreSslErrors|VerifyNone)"), {}},
        {"a singleton", std::regex(R"(\b(getInstance|instance)\s*\(\s*\)\s*\{)"), {}},
        {"reinterpreting a buffer as a struct", std::regex(R"(reinterpret_cast<\s*(const\s+)?struct)"),
         {"core/net/", "core/sfu/udp_port", "core/rtc/sctp_"}},
    };
    return list;
}

// Longer than the limit, each with the reason.
const std::map<std::string, std::string> kLongFiles{};

}  // namespace

TEST_CASE("forbidden calls appear only in the files named for them", "[rules]") {
    for (const auto& file : sourceFiles({"core", "audio", "ui", "app"}, {".h", ".cpp", ".mm"})) {
        const auto code = codeOnly(file.text);
        for (const auto& ban : bans()) {
            if (startsWithAny(file.path, ban.allowedIn)) continue;
            INFO(file.path << ": " << ban.what);
            CHECK_FALSE(std::regex_search(code, ban.pattern));
        }
    }
}

TEST_CASE("tests neither sleep nor read the wall clock", "[rules]") {
    const std::regex sleeping(R"(\b(sleep_for|sleep_until|usleep|nanosleep)\b)");
    for (const auto& file : sourceFiles({"tests"}, {".h", ".cpp"})) {
        if (startsWithAny(file.path, {"tests/rules/", "tests/bench/", "tests/e2e/", "tests/interop/"})) continue;
        INFO(file.path);
        CHECK_FALSE(std::regex_search(codeOnly(file.text), sleeping));
    }
}

TEST_CASE("a source has at most 500 lines and a header at most 200", "[rules]") {
    for (const auto& file : sourceFiles({"core", "audio", "ui", "app"}, {".h", ".cpp", ".mm", ".qml"})) {
        if (kLongFiles.count(file.path)) continue;
        const auto limit = file.path.size() > 2 && file.path.substr(file.path.size() - 2) == ".h" ? 200u : 500u;
        INFO(file.path << " has " << file.lines().size() << " lines");
        CHECK(file.lines().size() <= limit);
    }
}

TEST_CASE("every file of ours carries the licence line first", "[rules]") {
    for (const auto& file : sourceFiles({"core", "audio", "ui", "app", "tests", "resources"},
                                        {".h", ".cpp", ".mm", ".qml", ".py", ".sh", ".mjs", ".js", ".proto", ".cmake"})) {
        if (file.path.find("node_modules") != std::string::npos) continue;
        const auto head = file.text.substr(0, 200);
        INFO(file.path);
        CHECK(head.find("SPDX-License-Identifier: Apache-2.0") != std::string::npos);
    }
}

TEST_CASE("colour values stand only in the theme", "[rules]") {
    const std::regex hex(R"re("#[0-9A-Fa-f]{6,8}")re");
    for (const auto& file : sourceFiles({"ui"}, {".qml", ".cpp", ".h"})) {
        if (startsWithAny(file.path, {"ui/theme/"})) continue;
        INFO(file.path);
        CHECK_FALSE(std::regex_search(file.text, hex));
    }
}

TEST_CASE("pages show words only through the controls, never through a bare Text or Label", "[rules][T26]") {
    const std::regex bare(R"(^\s*(Text|Label|TextEdit|MouseArea)\s*\{)");
    for (const auto& file : sourceFiles({"ui/pages"}, {".qml"}))
        for (const auto& line : file.lines()) {
            INFO(file.path << ": " << line);
            CHECK_FALSE(std::regex_search(line, bare));
        }
}

TEST_CASE("every folder of code says what it is for in at most 25 lines", "[rules]") {
    for (const char* folder : {"core", "core/base", "core/crypto", "core/api", "core/net", "core/signal", "core/rtc",
                               "core/house", "core/sfu", "core/room", "core/server", "audio", "ui", "ui/theme",
                               "ui/controls", "ui/models", "ui/pages", "ui/platform", "app", "app/ctl", "tests",
                               "tests/rules", "tests/fuzz", "tests/bench", "tests/e2e", "tests/interop", "tests/support",
                               "resources"}) {
        INFO(folder);
        const auto path = sourceRoot() / folder / "README.md";
        REQUIRE(std::filesystem::exists(path));
        std::ifstream in(path);
        std::string line;
        int lines = 0;
        while (std::getline(in, line)) ++lines;
        CHECK(lines <= 25);
    }
}

TEST_CASE("each parser of foreign bytes has a fuzz target with a corpus", "[rules]") {
    const std::map<std::string, std::string> kParsers{
        {"core/rtc/stun.h", "stun"},           {"core/rtc/rtp_packet.h", "rtp"},
        {"core/rtc/rtcp_packet.h", "rtcp"},    {"core/rtc/session_description.h", "sdp"},
        {"core/rtc/ice_candidate.h", "ice_candidate"}, {"core/rtc/srtp_session.h", "srtp_unprotect"},
        {"core/signal/codec.h", "signal_message"},     {"core/signal/access_token.h", "access_token"},
        {"core/signal/invite_link.h", "invite_link"},  {"core/api/house_json.h", "house_json"},
        {"core/house/picture.h", "picture"},   {"core/room/identity_file.h", "identity_file"}, {"core/room/device_link.h", "device_link"},
        {"core/room/terms_file.h", "terms_file"},
        {"core/net/url.h", "url"},             {"audio/opus_decoder.h", "opus_decode"},
        {"audio/jitter_buffer.h", "jitter_buffer_ops"}, {"core/server/config.h", "config"},
        {"core/server/livekit_webhook.h", "livekit_webhook"},
    };
    for (const auto& [header, target] : kParsers) {
        INFO(header << " needs tests/fuzz/" << target << "_fuzz.cpp and a corpus");
        CHECK(std::filesystem::exists(sourceRoot() / header));
        CHECK(std::filesystem::exists(sourceRoot() / "tests/fuzz" / (target + "_fuzz.cpp")));
        CHECK(std::filesystem::exists(sourceRoot() / "tests/fuzz/corpus" / target));
    }
}
