// SPDX-License-Identifier: Apache-2.0
// The microphone test: records what the chain makes of the voice into memory, plays it back, plays a tone. Nothing is
// sent or stored on disk. And the bell, where it rings in the mix. Thread: the pump, except prepare().
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "audio/bell.h"

namespace parlour::audio {

/// Made on the control thread, so that the pump allocates nothing.
struct Recording {
    std::vector<float> samples;  // reserved in full
    std::function<void()> done;  ///< called once on the pump: must not block
};

class SoundCheck {
  public:
    /// Who frees a recording that is not wanted any more: elsewhere than here.
    using Drop = std::function<void(std::shared_ptr<Recording>)>;
    explicit SoundCheck(Drop drop = {}) : m_drop(std::move(drop)) {}

    void record(std::shared_ptr<Recording> recording);
    void play(std::function<void()> played);
    /// 440 Hz at -20 dBFS, with soft ends.
    void tone(std::size_t samples);
    /// Recording, replay and tone end, and nobody is told.
    void stop();
    /// The bell; the room does not step back for it.
    void ring() { m_bell.strike(); }
    bool recording() const { return m_recording != nullptr; }
    /// The next addTo() adds something.
    bool sounding() const { return m_playing || m_toneAt < m_toneLength; }

    /// One block of the finished microphone signal.
    void captured(std::span<const float> block);
    /// Adds to the mix.
    void addTo(std::span<float> mix);

  private:
    void replace(std::shared_ptr<Recording>& place, std::shared_ptr<Recording> with);

    Drop m_drop;
    std::shared_ptr<Recording> m_recording;
    std::shared_ptr<Recording> m_recorded;
    std::function<void()> m_played;
    bool m_playing = false;
    std::size_t m_position = 0;
    std::size_t m_toneLength = 0;
    std::size_t m_toneAt = 0;
    Bell m_bell;
};

}  // namespace parlour::audio
