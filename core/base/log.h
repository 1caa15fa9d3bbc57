// SPDX-License-Identifier: Apache-2.0
// The log: human lines on a terminal, JSON lines otherwise, to stderr or a file. Secrets are redacted here, not by callers
// (security: T48). Never called per packet; packets are counted.
#pragma once

#include <string>
#include <string_view>

namespace parlour::base {

enum class LogLevel { debug, info, warn, error };

struct LogSettings {
    LogLevel level = LogLevel::info;
    std::string file;     ///< empty = stderr
    bool json = false;    ///< one JSON object per line: ts, level, component, msg
};

/// Once, early in main. Any thread may log afterwards; before it, warnings and errors go to stderr.
void setUpLog(const LogSettings& settings);

/// `component` is the module's name. Tokens, link secrets and ICE passwords in `message` are masked.
void log(LogLevel level, std::string_view component, std::string_view message);

/// The masking alone, for texts that people copy. Control characters become escapes.
std::string redact(std::string_view text);

}  // namespace parlour::base
