// SPDX-License-Identifier: Apache-2.0
// The staircase as data: which folder may include which. A new arrow needs a line here and a reason in review.
#include <map>
#include <set>

#include "tests/rules/source_tree.h"
#include "tests/support/catch.h"

using namespace parlour::tests;

namespace {

// Third-party headers are named per file in kForeign below.
const std::map<std::string, std::set<std::string>> kMayInclude{
    {"core/base", {}},
    {"core/crypto", {"core/base"}},
    {"core/api", {"core/base"}},
    {"audio", {"core/base"}},
    {"core/net", {"core/crypto", "core/base"}},
    {"core/signal", {"core/crypto", "core/base"}},
    {"core/rtc", {"core/crypto", "core/base"}},
    {"core/sfu", {"core/rtc", "core/crypto", "core/base"}},
    {"core/house", {"core/api", "core/crypto", "core/base"}},
    {"core/room", {"audio", "core/rtc", "core/signal", "core/api", "core/net", "core/crypto", "core/base"}},
    {"core/server",
     {"core/house", "core/sfu", "core/rtc", "core/signal", "core/api", "core/net", "core/crypto", "core/base"}},
    {"ui/theme", {}},
    {"ui/platform", {"core/base"}},
    {"ui/controls", {"ui/theme"}},
    // The models are where words of the room become words of QML; the sound check and the embedded server are
    // started through them by desktop_main, which hands them in.
    {"ui/models", {"ui/platform", "core/room", "core/api", "core/base"}},
    {"ui/pages", {"ui/controls", "ui/theme", "ui/models"}},
    {"app/ctl", {"core/room", "core/api", "core/signal", "core/base"}},
};

std::string moduleOf(const std::string& path) {
    std::string best;
    for (const auto& [folder, unused] : kMayInclude)
        if (path.rfind(folder + "/", 0) == 0 && folder.size() > best.size()) best = folder;
    return best;
}

// Foreign libraries, each seen only where listed. Prefix of the include -> prefixes of the files that may.
const std::map<std::string, std::vector<std::string>> kForeign{
    {"boost/", {"core/net/"}},
    {"openssl/", {"core/crypto/", "core/net/", "core/rtc/"}},
    {"usrsctp", {"core/rtc/sctp_"}},
    {"nlohmann/", {"core/api/", "core/signal/", "core/house/", "core/server/", "core/room/", "core/rtc/ice_candidate", "app/"}},
    {"soci/", {"core/house/store/"}},
    {"sqlite3", {"core/house/store/"}},
    {"opus/", {"audio/opus_"}},
    {"portaudio", {"audio/portaudio_"}},
    {"pa_linux_alsa", {"audio/portaudio_"}},
    {"speex/", {"audio/"}},
    {"sndfile", {"audio/recorder.cpp"}},
    {"pulse/", {"audio/device_news_"}},
    {"dbus/", {"audio/realtime_linux.cpp"}},
    {"ebur128", {"audio/speaker_level.cpp"}},
    {"webrtc/", {"audio/webrtc_"}},
    {"modules/audio_processing", {"audio/webrtc_"}},
    {"spdlog/", {"core/base/log"}},
    {"livekit.pb", {"core/signal/"}},
    {"google/", {"core/signal/"}},
    {"toml++/", {"core/server/"}},
    {"CLI/", {"app/"}},
    {"readerwriterqueue/", {"core/base/queue.h"}},
    {"prometheus/", {"core/server/"}},
    {"qrcodegen", {"ui/"}},
    {"png.h", {"core/house/picture.cpp"}},
    {"turbojpeg", {"core/house/picture.cpp"}},
    {"webp/", {"core/house/picture.cpp"}},
};

}  // namespace

TEST_CASE("arrows between modules only go down", "[rules]") {
    const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)")re");
    for (const auto& file : sourceFiles({"core", "audio", "ui", "app"}, {".h", ".cpp", ".mm"})) {
        const auto own = moduleOf(file.path);
        if (own.empty()) continue;  // app/*_main.cpp composes everything
        for (const auto& line : file.lines()) {
            std::smatch match;
            if (!std::regex_search(line, match, include)) continue;
            const auto target = moduleOf(match[1].str());
            if (target.empty() || target == own) continue;
            INFO(file.path << " includes " << match[1].str());
            CHECK(kMayInclude.at(own).count(target) == 1);
        }
    }
}

TEST_CASE("each foreign library is seen only in its own files", "[rules]") {
    const std::regex include(R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re");
    for (const auto& file : sourceFiles({"core", "audio", "ui", "app"}, {".h", ".cpp", ".mm"})) {
        for (const auto& line : file.lines()) {
            std::smatch match;
            if (!std::regex_search(line, match, include)) continue;
            const auto target = match[1].str();
            for (const auto& [prefix, allowed] : kForeign) {
                if (target.rfind(prefix, 0) != 0) continue;
                bool ok = false;
                for (const auto& a : allowed) ok = ok || file.path.rfind(a, 0) == 0;
                INFO(file.path << " includes " << target);
                CHECK(ok);
            }
        }
    }
}

TEST_CASE("core and audio know nothing of Qt", "[rules]") {
    const std::regex qt(R"re(^\s*#\s*include\s*<Q[A-Z])re");
    for (const auto& file : sourceFiles({"core", "audio"}, {".h", ".cpp"}))
        for (const auto& line : file.lines()) {
            INFO(file.path << ": " << line);
            CHECK_FALSE(std::regex_search(line, qt));
        }
}
