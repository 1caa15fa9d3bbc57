// SPDX-License-Identifier: Apache-2.0
#include "core/server/api_keys.h"

#include <algorithm>
#include <sstream>

#include "core/server/private_file.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

constexpr std::size_t kMaxKeyBytes = 128;

constexpr std::string_view kBlank = " \t\r\"'";

}  // namespace

base::Result<std::vector<signal::TokenKey>> parseApiKeys(const std::string& text, const std::string& name) {
    std::vector<signal::TokenKey> keys;
    std::istringstream in(text);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        const auto wrong = [&](std::string what) {
            return base::fail(ErrorKind::invalidInput, "key_file", name + ":" + std::to_string(number) + ": " + std::move(what),
                              "Write one \"KEY: SECRET\" a line.");
        };
        const auto content = trimmed(line.substr(0, line.find('#')), kBlank);
        if (content.empty()) continue;
        const auto colon = content.find(':');
        if (colon == std::string::npos) return wrong("This line is no \"KEY: SECRET\".");
        signal::TokenKey key{trimmed(std::string_view(content).substr(0, colon), kBlank), trimmed(std::string_view(content).substr(colon + 1), kBlank)};
        if (key.id.empty() || key.id.size() > kMaxKeyBytes) return wrong("The name of the key is empty or too long.");
        if (key.secret.size() < signal::kMinTokenSecretBytes) return wrong("A secret needs at least 32 characters.");
        if (std::any_of(keys.begin(), keys.end(), [&](const auto& other) { return other.id == key.id; }))
            return wrong("This key is there twice.");
        if (keys.size() == kMaxApiKeys) return wrong("More than 16 keys.");
        keys.push_back(std::move(key));
    }
    if (keys.empty())
        return base::fail(ErrorKind::invalidInput, "key_file", name + ": There is no key in this file.", "Write one \"KEY: SECRET\" a line.");
    return keys;
}

base::Result<std::vector<signal::TokenKey>> loadApiKeys(const std::string& path) {
    auto text = readPrivateFile(path, "key file", "key_file");
    if (!text) return base::Unexpected(std::move(text).error());
    return parseApiKeys(*text, path);
}

}  // namespace parlour::server
