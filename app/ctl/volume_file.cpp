// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/volume_file.h"

#include <algorithm>
#include <optional>

#include "app/ctl/words.h"
#include "core/room/kept_file.h"

namespace parlour::ctl {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kMostName = 128;

}  // namespace

VolumeFile::VolumeFile(std::string folder) : m_file(folder.empty() ? std::string() : folder + "/volumes") {
    if (m_file.empty()) return;
    if (const auto text = room::readKept(m_file, kMostBytes)) m_volumes = parse(*text);
}

std::vector<VolumeFile::Volume> VolumeFile::parse(std::string_view text) {
    std::vector<Volume> out;
    while (!text.empty() && out.size() < kMost) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        const auto space = line.rfind(' ');
        if (space == std::string_view::npos || space == 0 || space > kMostName) continue;
        const auto percent = wholeNumber(line.substr(space + 1), 0, 200);
        const base::Identity who{std::string(line.substr(0, space))};
        if (!percent || *percent == 100) continue;
        if (std::any_of(out.begin(), out.end(), [&](const Volume& v) { return v.first == who; })) continue;
        out.emplace_back(who, *percent);
    }
    return out;
}

bool VolumeFile::set(const base::Identity& who, int percent) {
    const auto change = [&](std::vector<Volume>& volumes) {
        std::erase_if(volumes, [&](const Volume& v) { return v.first == who; });
        if (percent != 100) volumes.insert(volumes.begin(), {who, percent});
        if (volumes.size() > kMost) volumes.resize(kMost);
    };
    if (m_file.empty()) return change(m_volumes), true;
    bool kept = false;
    const auto written = room::changeKept(m_file, kMostBytes, [&](const std::optional<std::string>& there) -> std::optional<std::string> {
        if (!there) return std::nullopt;
        kept = true;
        m_volumes = parse(*there);   // another program may have changed it
        change(m_volumes);
        std::string text;
        for (const auto& [name, volume] : m_volumes) text += name.str() + ' ' + std::to_string(volume) + '\n';
        return text;
    });
    if (!kept) change(m_volumes);
    return kept && written;
}

}  // namespace parlour::ctl
