// SPDX-License-Identifier: Apache-2.0
#include "core/base/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cctype>
#include <memory>

namespace parlour::base {

namespace {

spdlog::level::level_enum toSpdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warn: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

bool isTokenCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '+' || c == '/' ||
           c == '=' || c == '%';
}

std::string jsonEscape(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

bool g_json = false;  // written once by setUpLog before other threads exist

}  // namespace

std::string redact(std::string_view text) {
    // What follows these marks is a secret wherever it appears.
    static constexpr std::array<std::string_view, 8> kMarks{
        "access_token=", "#k=", "ice-pwd:", "Bearer ", "join_request=", "secret=", "&k=", "credential="};
    std::string out;
    out.reserve(text.size());
    std::size_t i = 0;
    while (i < text.size()) {
        bool masked = false;
        for (const auto mark : kMarks) {
            if (text.compare(i, mark.size(), mark) == 0) {
                out += mark;
                i += mark.size();
                while (i < text.size() && isTokenCharacter(text[i])) ++i;
                out += "***";
                masked = true;
                break;
            }
        }
        if (masked) continue;
        // A bare JWT: three base64url parts, the first one starting like every JSON object.
        if (text.compare(i, 3, "eyJ") == 0 && (i == 0 || !isTokenCharacter(text[i - 1]))) {
            std::size_t end = i;
            int dots = 0;
            while (end < text.size() && isTokenCharacter(text[end])) dots += text[end++] == '.' ? 1 : 0;
            if (dots == 2) {
                out += "***";
                i = end;
                continue;
            }
        }
        const auto c = static_cast<unsigned char>(text[i++]);
        if (c == '\n') out += "\\n";
        else if (c == '\r') out += "\\r";
        else if (c < 0x20 || c == 0x7f) out += '?';
        else out += static_cast<char>(c);
    }
    return out;
}

void setUpLog(const LogSettings& settings) {
    std::shared_ptr<spdlog::logger> logger;
    try {
        if (settings.file.empty())
            logger = std::make_shared<spdlog::logger>("parlour", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        else
            logger = std::make_shared<spdlog::logger>(
                "parlour", std::make_shared<spdlog::sinks::rotating_file_sink_mt>(settings.file, 2u << 20, 5));
    } catch (const spdlog::spdlog_ex& e) {
        logger = std::make_shared<spdlog::logger>("parlour", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        logger->warn("log: cannot write {}: {}", settings.file, e.what());
    }
    g_json = settings.json;
    logger->set_pattern(settings.json ? "{\"ts\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v}"
                                      : "%H:%M:%S.%e %-5l %v",
                        spdlog::pattern_time_type::utc);
    logger->set_level(toSpdlog(settings.level));
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
    spdlog::flush_every(std::chrono::seconds(1));
}

void log(LogLevel level, std::string_view component, std::string_view message) {
    auto* logger = spdlog::default_logger_raw();
    if (!logger->should_log(toSpdlog(level))) return;
    const auto text = redact(message);
    if (g_json)
        logger->log(toSpdlog(level), "\"component\":\"{}\",\"msg\":\"{}\"", component, jsonEscape(text));
    else
        logger->log(toSpdlog(level), "{}: {}", component, text);
}

}  // namespace parlour::base
