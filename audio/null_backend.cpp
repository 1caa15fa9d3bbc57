// SPDX-License-Identifier: Apache-2.0
#include "audio/null_backend.h"

#include <algorithm>
#include <mutex>

#include "audio/pacer.h"
#include "core/base/media.h"

namespace parlour::audio {

struct NullBackend::Impl {
    struct Side {
        bool open = false;
        int blockFrames = base::kBlockSamples;
        DeviceCallbacks callbacks;
        base::TimePoint start{};
        std::int64_t done = 0;  // frames since start
        std::vector<float> block;
        std::vector<float> pairs;
        std::atomic<std::uint64_t> frames{0};

        void begin(int frameCount, DeviceCallbacks newCallbacks, base::TimePoint now) {
            blockFrames = std::clamp(frameCount, 48, 4800);
            callbacks = std::move(newCallbacks);
            block.assign(static_cast<std::size_t>(blockFrames), 0.0f);
            pairs.assign(2 * block.size(), 0.0f);
            start = now;
            done = 0;
            open = true;
        }
        /// Blocks due now; after a long standstill (suspend) it starts anew instead of racing.
        int due(base::TimePoint now) {
            const auto total = (now - start).count() * 48 / 1000;
            if (total - done > base::kSampleRate) {
                start = now;
                done = 0;
                return 0;
            }
            return static_cast<int>((total - done) / blockFrames);
        }
    };

    const base::Clock& clock;
    std::mutex mutex;  // open and close against the ticking thread; no device thread is real here
    Side capture;
    Side playout;
    const bool ownThread;
    std::unique_ptr<Pacer> pacer;  // while something is open: a thread that wakes for nothing costs, too

    Impl(const base::Clock& c, bool thread) : clock(c), ownThread(thread) {}

    bool used() {
        const std::lock_guard lock(mutex);
        return capture.open || playout.open;
    }
};

NullBackend::NullBackend(const base::Clock& clock, bool ownThread)
    : m_impl(std::make_unique<Impl>(clock, ownThread)) {}
NullBackend::~NullBackend() { shutDown(); }
void NullBackend::shutDown() { m_impl->pacer.reset(); }

void NullBackend::run() {
    if (!m_impl->ownThread) return;
    if (!m_impl->used())
        m_impl->pacer.reset();
    else if (!m_impl->pacer)
        m_impl->pacer = std::make_unique<Pacer>(m_impl->clock, "audio-clock", base::ThreadPriority::realtime,
                                                base::Duration(5'000), [this] { tick(); });
}

base::Result<void> NullBackend::openPlayout(const Endpoint&, int blockFrames, DeviceCallbacks callbacks) {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->playout.begin(blockFrames, std::move(callbacks), m_impl->clock.now());
    }
    run();
    return {};
}
base::Result<void> NullBackend::openCapture(const Endpoint&, int blockFrames, DeviceCallbacks callbacks) {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->capture.begin(blockFrames, std::move(callbacks), m_impl->clock.now());
    }
    run();
    return {};
}
void NullBackend::closePlayout() {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->playout.open = false;
    }
    run();
}
void NullBackend::closeCapture() {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->capture.open = false;
    }
    run();
}
std::uint64_t NullBackend::capturedFrames() const { return m_impl->capture.frames.load(std::memory_order_relaxed); }
std::uint64_t NullBackend::playedFrames() const { return m_impl->playout.frames.load(std::memory_order_relaxed); }
void NullBackend::nextCapture(std::span<float> mono) { std::fill(mono.begin(), mono.end(), 0.0f); }
void NullBackend::nextPairs(std::span<float> pairs) { std::fill(pairs.begin(), pairs.end(), 0.0f); }
void NullBackend::takePlayout(std::span<const float>) {}

void NullBackend::tick() {
    const std::lock_guard lock(m_impl->mutex);
    const auto now = m_impl->clock.now();
    auto& in = m_impl->capture;
    for (int n = in.open ? in.due(now) : 0; n > 0; --n) {
        if (in.callbacks.bothChannels && hasPairs()) {
            nextPairs(in.pairs);
            in.callbacks.capturedStereo(in.pairs);
        } else {
            nextCapture(in.block);
            in.callbacks.captured(in.block);
        }
        in.done += in.blockFrames;
        in.frames.fetch_add(static_cast<std::uint64_t>(in.blockFrames), std::memory_order_relaxed);
    }
    auto& out = m_impl->playout;
    for (int n = out.open ? out.due(now) : 0; n > 0; --n) {
        out.callbacks.wanted(out.block);
        takePlayout(out.block);
        out.done += out.blockFrames;
        out.frames.fetch_add(static_cast<std::uint64_t>(out.blockFrames), std::memory_order_relaxed);
    }
}

}  // namespace parlour::audio
