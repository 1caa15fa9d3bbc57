// SPDX-License-Identifier: Apache-2.0
// A sound card that is none: takes and gives blocks at the pace of the clock. NullBackend is silent; FileBackend reads
// and writes files. Keeps decoding, meters and recording alive where there is no device (CI, servers, a dead sound
// server). Thread: with ownThread the callbacks run on a thread of the backend, else in tick().
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "audio/audio_backend.h"
#include "core/base/doors/clock.h"

namespace parlour::audio {

class NullBackend : public AudioBackend {
  public:
    NullBackend(const base::Clock& clock, bool ownThread);
    ~NullBackend() override;

    base::Result<void> openPlayout(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) override;
    base::Result<void> openCapture(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) override;
    void closePlayout() override;
    void closeCapture() override;
    std::uint64_t capturedFrames() const override;
    std::uint64_t playedFrames() const override;

    /// Does what is due at the clock's time. Only without a thread of its own.
    void tick();

  protected:
    /// To be overridden; called on the ticking thread. Default: silence in, nowhere out.
    virtual void nextCapture(std::span<float> mono);
    /// What comes has two channels: nextPairs() is asked instead where both are wanted.
    virtual bool hasPairs() const { return false; }
    virtual void nextPairs(std::span<float> pairs);
    virtual void takePlayout(std::span<const float> mono);
    /// Stops the ticking thread; a derived class calls it first in its destructor.
    void shutDown();

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::audio
