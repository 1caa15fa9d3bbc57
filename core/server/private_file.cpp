// SPDX-License-Identifier: Apache-2.0
#include "core/server/private_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace parlour::server {

base::Result<std::string> readPrivateFile(const std::string& path, const std::string& what, const std::string& code) {
    const auto failed = [&](std::string message, std::string advice) {
        return base::fail(base::ErrorKind::unavailable, code, path + ": " + std::move(message), std::move(advice));
    };
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error || !std::filesystem::is_regular_file(status)) return failed("The " + what + " cannot be read.", "Correct the setting that names it.");
#ifndef _WIN32
    constexpr auto kOthers = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    if ((status.permissions() & kOthers) != std::filesystem::perms::none) return failed("Others may read the " + what + ".", "Run: chmod 600 " + path);
#endif
    if (std::filesystem::file_size(path, error) > kMaxPrivateFile || error)
        return failed("The " + what + " is too large.", "Keep nothing else in it.");
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return failed("The " + what + " cannot be read.", "Check its owner.");
    return text.str();
}

std::string trimmed(std::string_view text, std::string_view blank) {
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

}  // namespace parlour::server
