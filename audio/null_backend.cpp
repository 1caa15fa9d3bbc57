// SPDX-License-Identifier: Apache-2.0
#include "audio/null_backend.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "audio/pacer.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

constexpr base::Duration kTick{5'000};
constexpr base::Duration kRest = std::chrono::hours(1);  // or until something is opened

}  // namespace

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
    std::unique_ptr<Pacer> pacer;

    explicit Impl(const base::Clock& c) : clock(c) {}

    /// Rests while nothing is open: a thread that wakes for nothing costs, too.
    base::TimePoint next(base::TimePoint due) {
        const std::lock_guard lock(mutex);
        const auto now = clock.now();
        if (!capture.open && !playout.open) return now + kRest;
        return Pacer::following(std::min(due, now), now, kTick);  // woken from its rest: from now on
    }
    void woken() {
        if (pacer) pacer->wake();
    }
};

NullBackend::NullBackend(const base::Clock& clock, bool ownThread) : m_impl(std::make_unique<Impl>(clock)) {
    if (ownThread)
        m_impl->pacer = std::make_unique<Pacer>(clock, "audio-clock", base::ThreadPriority::realtime,
                                                [this, due = clock.now()]() mutable {
                                                    tick();
                                                    return due = m_impl->next(due);
                                                });
}
NullBackend::~NullBackend() { shutDown(); }
void NullBackend::shutDown() { m_impl->pacer.reset(); }

base::Result<void> NullBackend::openPlayout(const Endpoint&, int blockFrames, DeviceCallbacks callbacks) {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->playout.begin(blockFrames, std::move(callbacks), m_impl->clock.now());
    }
    m_impl->woken();
    return {};
}
base::Result<void> NullBackend::openCapture(const Endpoint&, int blockFrames, DeviceCallbacks callbacks) {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->capture.begin(blockFrames, std::move(callbacks), m_impl->clock.now());
    }
    m_impl->woken();
    return {};
}
void NullBackend::closePlayout() {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->playout.open = false;
}
void NullBackend::closeCapture() {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->capture.open = false;
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
