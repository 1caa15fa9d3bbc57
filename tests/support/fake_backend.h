// SPDX-License-Identifier: Apache-2.0
// A sound card on virtual time that can die, be missing, and plays into and out of memory.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "audio/audio_backend.h"

namespace parlour::tests {

class FakeBackend final : public audio::AudioBackend {
  public:
    base::Result<void> openPlayout(const audio::Endpoint& endpoint, int blockFrames,
                                   audio::DeviceCallbacks cb) override {
        ++playoutOpenings;
        lastPlayout = endpoint.name;
        if (!present) return missing();
        playout = true;
        playoutBlock = static_cast<std::size_t>(blockFrames);
        m_playoutDue = 0;
        m_out = std::move(cb);
        return {};
    }
    base::Result<void> openCapture(const audio::Endpoint& endpoint, int blockFrames,
                                   audio::DeviceCallbacks cb) override {
        ++captureOpenings;
        lastCapture = endpoint.name;
        if (!present) return missing();
        capture = true;
        captureBlock = static_cast<std::size_t>(blockFrames);
        m_captureDue = 0;
        m_in = std::move(cb);
        return {};
    }
    void closePlayout() override { playout = false; }
    void closeCapture() override { capture = false; }
    std::uint64_t capturedFrames() const override { return m_captured; }
    std::uint64_t playedFrames() const override { return m_played; }

    std::uint64_t xruns() const override { return runDry; }

    /// The time of the shorter block passes on the card; nothing happens on a dead one.
    void tick() {
        if (!present || dead) return;
        const auto passed = blockFrames();
        if (capture && due(m_captureDue, passed, captureBlock)) {
            const bool both = m_in.bothChannels && microphonePairs != nullptr;
            std::vector<float> block(both ? 2 * captureBlock : captureBlock, 0.0f);
            if (both) {
                microphonePairs(block);
                m_in.capturedStereo(block);
            } else {
                if (microphone) microphone(block);
                m_in.captured(block);
            }
            m_captured += captureBlock;
        }
        if (playout && due(m_playoutDue, passed, playoutBlock)) {
            std::vector<float> block(stereo ? 2 * playoutBlock : playoutBlock, 0.0f);
            if (stereo)
                m_out.wantedStereo(block);
            else
                m_out.wanted(block);
            for (std::size_t i = 0; stereo && i < block.size(); i += 2) {
                heardLeft.push_back(block[i]);
                heardRight.push_back(block[i + 1]);
            }
            if (!stereo) heard.insert(heard.end(), block.begin(), block.end());
            m_played += playoutBlock;
        }
    }

    bool present = true;  ///< opening works
    bool dead = false;    ///< open streams stand still, silently
    bool capture = false;
    bool playout = false;
    std::uint64_t runDry = 0;
    int playoutOpenings = 0;
    int captureOpenings = 0;
    std::string lastPlayout;
    std::string lastCapture;
    std::function<void(std::span<float>)> microphone;
    std::function<void(std::span<float>)> microphonePairs;   ///< it has two channels: left, right, left, right
    std::vector<float> heard;       ///< by a card with one channel
    std::vector<float> heardLeft;   ///< by one with two
    std::vector<float> heardRight;
    bool stereo = false;

    std::size_t playoutBlock = 480;  ///< as last opened
    std::size_t captureBlock = 480;
    /// The shorter one of what is open.
    std::size_t blockFrames() const {
        if (playout && capture) return std::min(playoutBlock, captureBlock);
        return playout ? playoutBlock : captureBlock;
    }

  private:
    static bool due(std::size_t& waited, std::size_t passed, std::size_t block) {
        waited += passed;
        if (waited < block) return false;
        waited -= block;
        return true;
    }
    static base::Unexpected<base::Error> missing() {
        return base::fail(base::ErrorKind::unavailable, "device_missing", "There is no such device.");
    }
    std::size_t m_playoutDue = 0, m_captureDue = 0;
    std::uint64_t m_captured = 0;
    std::uint64_t m_played = 0;
    audio::DeviceCallbacks m_in;
    audio::DeviceCallbacks m_out;
};

}  // namespace parlour::tests
