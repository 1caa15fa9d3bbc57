// SPDX-License-Identifier: Apache-2.0
#include "core/server/api_keys.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace parlour::server {

using base::ErrorKind;

namespace {

constexpr std::size_t kMaxFileBytes = 64 * 1024;
constexpr std::size_t kMaxKeyBytes = 128;

std::string trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\"'";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

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
        const auto content = trimmed(line.substr(0, line.find('#')));
        if (content.empty()) continue;
        const auto colon = content.find(':');
        if (colon == std::string::npos) return wrong("This line is no \"KEY: SECRET\".");
        signal::TokenKey key{trimmed(std::string_view(content).substr(0, colon)), trimmed(std::string_view(content).substr(colon + 1))};
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
    const auto failed = [&](std::string what, std::string advice) {
        return base::fail(ErrorKind::unavailable, "key_file", path + ": " + std::move(what), std::move(advice));
    };
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error || !std::filesystem::is_regular_file(status)) return failed("The key file cannot be read.", "Correct the setting that names it.");
#ifndef _WIN32
    constexpr auto kOthers = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    if ((status.permissions() & kOthers) != std::filesystem::perms::none)
        return failed("Others may read the key file.", "Run: chmod 600 " + path);
#endif
    if (std::filesystem::file_size(path, error) > kMaxFileBytes || error) return failed("The key file is too large.", "Keep nothing else in it.");
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return failed("The key file cannot be read.", "Check its owner.");
    return parseApiKeys(text.str(), path);
}

}  // namespace parlour::server
