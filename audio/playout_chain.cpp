// SPDX-License-Identifier: Apache-2.0
#include "audio/playout_chain.h"

#include <algorithm>
#include <cmath>

#include "audio/scrub.h"

namespace parlour::audio {
namespace {

constexpr int kMusic = 15;             // of 25 packets
constexpr int kSpeech = 5;
// Blocks are those of 10 ms; a mix of 5 ms is half of one.
constexpr float kTurn = 0.9f;          // degrees per block: 90 a second
constexpr float kSpreadStep = 0.01f;   // per block: a second from one place to all places
constexpr std::size_t kStereoTail = 8 * base::kBlockSamples;  // the switch and the limiter's delay
constexpr float kStepBack = 0.2f;      // -14 dB
constexpr float kDuckDown = 0.08f;     // per block: 100 ms
constexpr float kDuckUp = 0.016f;      // half a second

bool isStereo(const base::OpusFrame& frame) {
    const auto bytes = frame.bytes();
    return !bytes.empty() && (std::to_integer<unsigned>(bytes[0]) & 0x04u) != 0;  // TOC, RFC 6716, 3.1
}

float blocksOf(std::size_t samples) { return static_cast<float>(samples) / static_cast<float>(base::kBlockSamples); }
float towards(float now, float goal, float step) { return now + std::clamp(goal - now, -step, step); }

}  // namespace

bool PlayoutChain::add(std::shared_ptr<Track> track) {
    if (m_tracks.size() == kMostTracks) return false;
    track->view.meter.clear();
    track->view.stats.publish({});
    track->view.feedback.publish({});
    if (m_needed) track->buffer.startFrom(*m_needed);
    track->buffer.setComplexity(m_complexity);
    m_tracks.push_back(std::move(track));
    return true;
}

std::shared_ptr<Track> PlayoutChain::remove(TrackId id) {
    const auto it = std::find_if(m_tracks.begin(), m_tracks.end(), [id](const auto& t) { return t->id == id; });
    if (it == m_tracks.end()) return nullptr;
    auto track = std::move(*it);
    m_tracks.erase(it);
    if (track->person != 0) {
        auto& person = m_seating.person(track->person);
        person.voice = track->path.level.known();
        if (track->place >= 0) person.place = track->place;
    }
    m_seating.leave(track->place);
    return track;
}

void PlayoutChain::changeNetwork(std::optional<base::Duration> needed) {
    m_needed = needed;
    m_settled.reset();
    for (auto& t : m_tracks) t->buffer.changeNetwork(needed);
}

void PlayoutChain::setGain(TrackId id, float gain) {
    for (auto& t : m_tracks)
        if (t->id == id) t->path.gain.set(gain);
}

void PlayoutChain::setPerson(TrackId id, std::uint64_t person) {
    for (auto& t : m_tracks) {
        if (t->id != id || t->person == person) continue;
        t->person = person;
        t->path.level.remember(m_seating.person(person).voice);
    }
}

void PlayoutChain::takePackets() {
    for (auto& t : m_tracks)
        while (t->inbox.pop(m_frame)) {
            t->stereoPackets = std::clamp(t->stereoPackets + (isStereo(m_frame) ? 1 : -1), 0, 25);
            if (t->stereoPackets >= kMusic) t->music = true;
            if (t->stereoPackets <= kSpeech) t->music = false;
            t->buffer.insert(m_frame);
        }
}

/// Where the voice is now: straight ahead while it is the only one, and always for music.
void PlayoutChain::place(Track& t, float blocks) {
    if (t.place < 0 && !t.music && t.path.level.speaking())
        t.place = m_seating.take(t.person != 0 ? t.person : std::uint64_t{t.id.value} + 1);
    const float goal = t.music || t.place < 0 ? 0.0f : Seating::azimuthOf(t.place) * m_spread;
    t.azimuth = towards(t.azimuth, goal, kTurn * blocks);
}

void PlayoutChain::hear(Track& t, std::span<float> left, std::span<float> right, const JitterBuffer::Turn& turn) {
    std::array<float, base::kBlockSamples> wholeSound{};
    std::array<float, base::kBlockSamples> wholeSide{};
    const auto sound = std::span(wholeSound).first(left.size());
    const auto sideSound = std::span(wholeSide).first(left.size());
    t.buffer.pull(sound, sideSound, turn);
    const bool two = t.buffer.stereo();
    const auto side = two ? sideSound : std::span<float>();
    if (const auto needed = t.buffer.learnedTarget()) m_needed = needed;
    if (const auto settled = t.buffer.settledTarget()) m_settled = settled;
    const float peak = std::max(scrub(sound), scrub(side));
    t.view.meter.add(two ? louder(sound, side, m_louder) : std::span<const float>(sound));
    t.view.stats.publish(t.buffer.stats());
    t.view.feedback.publish(t.buffer.missing(turn.looked, m_roundTrip));
    if (!t.path.shape(sound, side, peak, m_settings.levelling, t.music)) return;
    place(t, blocksOf(left.size()));
    if (m_stereoFor > 0) {
        t.seat.render(sound, two ? Seats::off : m_seats, t.azimuth, left, right);  // the side comes as early as the middle
        for (std::size_t i = 0; i < side.size(); ++i) {
            left[i] += side[i];
            right[i] -= side[i];
        }
        return;
    }
    t.seat.passed();
    for (std::size_t i = 0; i < left.size(); ++i) left[i] += sound[i];
}

void PlayoutChain::duck(std::span<float> sound, float from, float to) const {
    const float step = (to - from) / static_cast<float>(sound.size());
    for (auto& s : sound) s *= (from += step);
}

/// Once a second, by how many are heard: the fewer there are, the more each may cost.
void PlayoutChain::chooseComplexity(std::size_t samples) {
    m_untilChosen -= std::min(m_untilChosen, samples);
    if (m_extras == nullptr || m_untilChosen > 0) return;
    m_untilChosen = base::kSampleRate;
    const auto voices = std::count_if(m_tracks.begin(), m_tracks.end(), [](const auto& t) { return t->buffer.playing(); });
    m_complexity = decoderComplexity(*m_extras, static_cast<std::size_t>(voices));
    for (auto& t : m_tracks) t->buffer.setComplexity(m_complexity);
}

void PlayoutChain::mix(std::span<float> left, std::span<float> right, bool stereoDevice, SoundCheck& check,
                       const JitterBuffer::Turn& turn) {
    std::fill(left.begin(), left.end(), 0.0f);
    std::fill(right.begin(), right.end(), 0.0f);
    m_seats = stereoDevice ? m_settings.seats : Seats::off;
    const bool two = stereoDevice && std::any_of(m_tracks.begin(), m_tracks.end(), [](const auto& t) {
        return t->stereoPackets > 0 || t->buffer.stereo();  // arrived, or decoded since
    });
    const float blocks = blocksOf(left.size());
    m_stereoFor = two || m_seats != Seats::off ? kStereoTail : m_stereoFor - std::min(m_stereoFor, left.size());
    m_spread = towards(m_spread, m_seating.seated() > 1 ? 1.0f : 0.0f, kSpreadStep * blocks);
    chooseComplexity(left.size());
    for (auto& t : m_tracks) hear(*t, left, right, turn);

    const bool stereo = m_stereoFor > 0;
    const float was = m_room;
    m_room = towards(m_room, check.sounding() ? kStepBack : 1.0f, blocks * (check.sounding() ? kDuckDown : kDuckUp));
    auto other = m_master;  // both sides by the same ramp
    m_master.apply(left);
    if (stereo) other.apply(right);
    if (was != 1.0f || m_room != 1.0f) {
        duck(left, was, m_room);
        if (stereo) duck(right, was, m_room);
    }
    // A person who deafened the room still hears the own test.
    std::array<float, base::kBlockSamples> wholeOwn{};
    const auto own = std::span(wholeOwn).first(left.size());
    check.addTo(own);
    for (std::size_t i = 0; i < left.size(); ++i) left[i] += own[i];
    if (stereo)
        for (std::size_t i = 0; i < right.size(); ++i) right[i] += own[i];
    m_out.process(left, stereo ? right : std::span<float>());
    if (!stereo) std::copy(left.begin(), left.end(), right.begin());
}

}  // namespace parlour::audio
