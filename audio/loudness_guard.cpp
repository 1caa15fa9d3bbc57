// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness_guard.h"

#include <algorithm>
#include <cmath>

namespace parlour::audio {
namespace {

constexpr double kPieces = 11.0;                         // pieces of 5 ms that 50 ms can touch
constexpr double kBudget = 2400.0 * 0.0628058358813318;  // energy of 50 ms at -12.02 dBFS RMS
constexpr double kFair = kBudget / kPieces;
constexpr double kBurst = 3.0 * kFair;       // most of one piece: -7.7 dBFS RMS for 5 ms
constexpr double kKeptForLater = 0.55 * kFair;
constexpr float kRelease = 1.0069317f;       // per piece: 12 dB a second
constexpr std::size_t kRamp = 48;            // a gain falls within 1 ms

/// kRamp steps from 0 (exclusive) to 1.
double rampAt(std::size_t i) { return static_cast<double>(i + 1) / static_cast<double>(kRamp); }

}  // namespace

LoudnessGuard::Energy LoudnessGuard::measure(std::span<const float> piece) {
    Energy e;
    for (std::size_t i = 0; i < kRamp; ++i) {
        const double power = static_cast<double>(piece[i]) * piece[i];
        const double w = rampAt(i);
        e.before += (1.0 - w) * (1.0 - w) * power;
        e.cross += w * (1.0 - w) * power;
        e.after += w * w * power;
        e.whole += power;
    }
    float rest = 0.0f;
    for (const float s : piece.subspan(kRamp)) rest += s * s;
    e.after += rest;
    e.whole += rest;
    return e;
}

/// What the next piece may have: each stretch of eleven pieces that contains it stays within the budget even when every
/// later piece takes what is kept for it.
double LoudnessGuard::allowed() const {
    double most = kBurst;
    double used = 0.0;
    for (std::size_t past = 0; past <= kHistory; ++past) {
        if (past > 0) used += m_used[past - 1];
        most = std::min(most, kBudget - static_cast<double>(kHistory - past) * kKeptForLater - used);
    }
    return std::max(most, 0.0);
}

std::span<const float> LoudnessGuard::shelved(Shelf& s, std::span<const float> sound) {
    // First stage of the K weighting at 48 kHz, ITU-R BS.1770-4, table 1.
    for (std::size_t i = 0; i < kPiece; ++i) {
        const double in = sound[i];
        const double out = 1.53512485958697 * in + s.z1;
        s.z1 = -2.69169618940638 * in + 1.69065929318241 * out + s.z2;
        s.z2 = 1.19839281085285 * in - 0.73248077421585 * out;
        m_scratch[i] = static_cast<float>(out);
    }
    if (std::abs(s.z1) + std::abs(s.z2) < 1e-15) s = {};
    return m_scratch;
}

void LoudnessGuard::process(std::span<float> left, std::span<float> right) {
    if (!right.empty() && !m_stereo) m_shelves[1] = m_shelves[0];
    m_stereo = !right.empty();
    for (std::size_t at = 0; at + kPiece <= left.size(); at += kPiece)
        piece(left.subspan(at, kPiece), m_stereo ? right.subspan(at, kPiece) : std::span<float>());
}

void LoudnessGuard::piece(std::span<float> left, std::span<float> right) {
    std::array<Energy, 4> found;
    std::size_t count = 0;
    found[count++] = measure(left);
    if (m_weighted) found[count++] = measure(shelved(m_shelves[0], left));
    if (!right.empty()) {
        found[count++] = measure(right);
        if (m_weighted) found[count++] = measure(shelved(m_shelves[1], right));
    }
    const std::span<const Energy> energies(found.data(), count);
    double most = 0.0;
    for (const auto& e : energies) most = std::max(most, e.whole);

    const double may = allowed();
    const double was = m_gain;
    const double risen = std::min(1.0, was * kRelease);
    const double needed = most > 0.0 ? std::sqrt(may / most) : 1.0;
    double next = std::min(risen, needed);
    std::size_t ramp = kPiece;
    double used = next * next * most;  // an upper bound: on the way up the gain is below `next`
    if (next < was) {
        ramp = kRamp;
        for (const auto& e : energies) {
            // before*was^2 + 2*cross*was*g + after*g^2 = may
            const double rest = may - e.before * was * was;
            if (rest < 0.0) ramp = 0;
            if (e.after <= 0.0 || rest < 0.0) continue;
            const double half = e.cross * was;
            next = std::min(next, (std::sqrt(half * half + e.after * rest) - half) / e.after);
        }
        if (ramp == 0) next = std::min(risen, needed);  // already its first millisecond is too much
        used = 0.0;
        for (const auto& e : energies)
            used = std::max(used, ramp == 0 ? next * next * e.whole
                                            : e.before * was * was + 2.0 * e.cross * was * next + e.after * next * next);
    }
    std::rotate(m_used.begin(), m_used.end() - 1, m_used.end());
    m_used.front() = used;
    m_gain = static_cast<float>(next);
    if (was == 1.0 && next == 1.0) return;
    const auto apply = [&](std::span<float> sound) {
        for (std::size_t i = 0; i < sound.size(); ++i) {
            const double part = i < ramp ? static_cast<double>(i + 1) / static_cast<double>(ramp) : 1.0;
            sound[i] *= static_cast<float>(was + (next - was) * part);
        }
    };
    apply(left);
    apply(right);
}

}  // namespace parlour::audio
