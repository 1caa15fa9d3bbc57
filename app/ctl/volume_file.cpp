// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/volume_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/ctl/words.h"

namespace parlour::ctl {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kMostName = 128;

}  // namespace

VolumeFile::VolumeFile(std::string folder) : m_file(folder.empty() ? std::string() : folder + "/volumes") {
    if (m_file.empty()) return;
    std::ifstream in(m_file, std::ios::binary);
    std::string text(kMostBytes, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    m_volumes = parse(text);
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
    std::erase_if(m_volumes, [&](const Volume& v) { return v.first == who; });
    if (percent != 100) m_volumes.insert(m_volumes.begin(), {who, percent});
    if (m_volumes.size() > kMost) m_volumes.resize(kMost);
    if (m_file.empty()) return true;
    const auto next = m_file + ".new";
    std::ofstream out(next, std::ios::binary | std::ios::trunc);
    for (const auto& [name, volume] : m_volumes) out << name.str() << ' ' << volume << '\n';
    out.close();
    if (!out) return false;
    std::error_code error;
    std::filesystem::rename(next, m_file, error);
    return !error;
}

}  // namespace parlour::ctl
