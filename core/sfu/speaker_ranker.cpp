// SPDX-License-Identifier: Apache-2.0
#include "core/sfu/speaker_ranker.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace parlour::sfu {

base::Duration opusDuration(base::ByteView payload) {
    if (payload.empty()) return base::Duration{0};
    const auto toc = std::to_integer<unsigned>(payload[0]);
    const unsigned config = toc >> 3;
    // RFC 6716 table 2: frame sizes by configuration.
    int frame = 0;
    if (config < 12) {
        constexpr std::array<int, 4> silk{10'000, 20'000, 40'000, 60'000};
        frame = silk[config & 3];
    } else if (config < 16) {
        frame = (config & 1) != 0 ? 20'000 : 10'000;
    } else {
        constexpr std::array<int, 4> celt{2'500, 5'000, 10'000, 20'000};
        frame = celt[config & 3];
    }
    int count = 1;
    if ((toc & 3) == 3) {
        if (payload.size() < 2) return base::Duration{0};
        count = std::to_integer<int>(payload[1]) & 0x3f;
    } else if ((toc & 3) != 0) {
        count = 2;
    }
    const int total = frame * count;
    return base::Duration(total > 120'000 ? 0 : total);
}

void SpeakerRanker::observe(std::uint64_t key, base::LevelDbov level, base::ByteView payload) {
    auto& track = m_tracks[key];
    track.heard = true;
    const auto duration = opusDuration(payload);
    if (duration.count() == 0) return;

    track.constant = level.value == track.claim ? track.constant + duration : base::Duration{0};
    track.claim = level.value;
    const bool weighs = payload.size() * 20'000 >= kMinSpeechBytes * static_cast<std::size_t>(duration.count());
    track.lying = level.value < kImplausible && track.constant >= kConstantClaim;
    if (level.value > kActiveLevel || !weighs || track.lying) return;
    track.active += duration;
    track.loudest = std::min(track.loudest, level.value);
}

void SpeakerRanker::remove(std::uint64_t key) { m_tracks.erase(key); }

std::vector<ActiveSpeaker> SpeakerRanker::tick() {
    std::vector<ActiveSpeaker> out;
    for (auto it = m_tracks.begin(); it != m_tracks.end();) {
        auto& t = it->second;
        float linear = 0.0f;
        const auto active = std::min(t.active, kInterval);
        if (active * 100 >= kInterval * kMinActivePercent) {
            // Loudness weighted by the share of the interval that was loud.
            const auto share = static_cast<float>(active.count()) / static_cast<float>(kInterval.count());
            const auto quiet = static_cast<float>(t.loudest) - 20.0f * std::log10(share);
            linear = std::pow(10.0f, -quiet / 20.0f);
        }
        constexpr float kRise = 2.0f / 3.0f;  // exponential mean over two intervals
        constexpr float kFall = 0.2f;         // a pause for breath is bridged, an end is not
        t.smoothed = linear > 0.0f ? t.smoothed + (linear - t.smoothed) * kRise : t.smoothed * kFall;
        if (t.lying) t.smoothed = 0.0f;
        if (t.smoothed > std::pow(10.0f, -kActiveLevel / 20.0f) * 0.5f) {
            // Scaled so that an ordinary voice (-26 dBov) shows about half, and never above 1.
            const auto shown = std::min(1.0f, std::pow(t.smoothed, 0.25f));
            out.push_back({it->first, std::ceil(shown * 8.0f) / 8.0f});
        } else {
            t.smoothed = 0.0f;
        }
        t.active = base::Duration{0};
        t.loudest = 127;
        const bool idle = !t.heard && t.smoothed == 0.0f;
        t.heard = false;
        it = idle ? m_tracks.erase(it) : std::next(it);
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.level > b.level; });
    return out;
}

}  // namespace parlour::sfu
