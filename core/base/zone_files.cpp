// SPDX-License-Identifier: Apache-2.0
#include "core/base/zone_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace parlour::base {

namespace {

constexpr std::size_t kMaxKnown = 700;  // more than the database has

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// What stands behind "zoneinfo/" in a path.
std::string zoneIn(const std::string& path) {
    constexpr std::string_view kFolder = "zoneinfo/";
    const auto at = path.rfind(kFolder);
    const auto name = at == std::string::npos ? path : path.substr(at + kFolder.size());
    return isZoneName(name) ? name : std::string();
}

std::optional<std::string> content(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

ZoneFiles::ZoneFiles() : m_folders{"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"} {
    if (const auto own = variable("TZDIR"); !own.empty()) m_folders.insert(m_folders.begin(), own);
}

Result<ZonePtr> ZoneFiles::find(const std::string& name) {
    if (const auto it = m_known.find(name); it != m_known.end()) return it->second;
    const auto keep = [&](TimeZone zone) {
        if (m_known.size() >= kMaxKnown) m_known.clear();
        auto made = std::make_shared<const TimeZone>(std::move(zone));
        m_known[name] = made;
        return ZonePtr(made);
    };
    if (name == "UTC") return keep(TimeZone::utc());
    if (isZoneName(name))
        for (const auto& folder : m_folders) {
            const auto bytes = content(std::filesystem::path(folder) / name);
            if (!bytes || !bytes->starts_with("TZif")) continue;
            auto zone = TimeZone::parse(name, asBytes(*bytes));
            if (!zone) return Unexpected(std::move(zone).error());
            return keep(std::move(*zone));
        }
    return fail(ErrorKind::invalidInput, "bad_zone", "There is no time zone of that name.",
                "Write it like Europe/Berlin or America/New_York, or UTC.", name.substr(0, 64));
}

std::string machineZone() {
    auto text = variable("TZ");
    if (!text.empty() && text.front() == ':') text.erase(0, 1);
    if (!text.empty()) {
        const auto name = zoneIn(text);
        if (!name.empty() && ZoneFiles().find(name)) return name;
    }
    std::error_code error;
    const auto link = std::filesystem::read_symlink("/etc/localtime", error);
    if (!error)
        if (const auto name = zoneIn(link.string()); !name.empty()) return name == "Etc/UTC" ? "UTC" : name;
    std::ifstream in("/etc/timezone");
    std::string line;
    if (std::getline(in, line) && isZoneName(line)) return line == "Etc/UTC" ? "UTC" : line;
    return "UTC";
}

}  // namespace parlour::base
