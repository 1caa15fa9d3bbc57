// SPDX-License-Identifier: Apache-2.0
// The safety track: the own microphone into a FLAC file of 24 bits, exactly what is handed to the encoder, so silence while the
// person is muted (the gate is the same one, T32) and while there is no device: the time of the file is the time of the clock.
// Crash-safe: every frame of 0.1 s is with the system as soon as it is made; the file of a killed program plays up to there.
// Threads: start, stop on the control thread; add, pass on the pump (no lock, no allocation, no file); files on the writer.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "audio/audio_engine.h"
#include "core/base/doors/clock.h"
#include "core/base/spsc_ring.h"

namespace parlour::audio {

class Pacer;

class Recorder {
  public:
    /// `ownThread` false: files are written in step() only.
    Recorder(const base::Clock& clock, bool ownThread);
    ~Recorder();

    /// A new file of this name; one that is there is never overwritten. Opening happens on the writer: see state().
    void start(const std::string& path);
    /// What has been said so far is written, then the file is closed.
    void stop();
    RecordingState state() const;
    /// Writer's work once; only without a thread of its own.
    void step();

    /// Pump: one block as it goes to the encoder; `waiting` samples were captured after it and come next.
    void add(std::span<const float> block, std::size_t waiting, base::TimePoint now);
    /// Pump, each turn: time goes on where no block comes.
    void pass(base::TimePoint now);
    bool on() const { return m_on.load(std::memory_order_acquire); }

  private:
    struct File;
    void silence(base::Duration length);
    void write();
    void open(const std::string& path);
    void drain();
    void close();
    void fail(std::string file, base::Error error);

    const base::Clock& m_clock;
    const bool m_ownThread;
    std::atomic<bool> m_on{false};            // the writer has a file, the pump may push
    std::atomic<std::uint32_t> m_session{0};  // counts files
    std::atomic<std::uint64_t> m_samples{0};  // in the file
    std::unique_ptr<base::SpscRing<float>> m_ring;  // made at the first start, stays

    mutable std::mutex m_mutex;  // control and writer
    std::string m_wanted;        // "" = none
    std::uint64_t m_wish = 0;    // grows with each start and stop
    RecordingState m_state;

    // Writer.
    std::unique_ptr<File> m_file;
    std::uint64_t m_done = 0;  // the wish that was last carried out
    std::unique_ptr<Pacer> m_writer;

    // Pump.
    std::uint32_t m_seenSession = 0;
    base::TimePoint m_covered{};  // the file reaches up to here
    bool m_behind = false;        // silence is owed up to the next block, however little
};

}  // namespace parlour::audio
