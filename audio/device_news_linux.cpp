// SPDX-License-Identifier: Apache-2.0
#include "audio/device_news.h"

#ifdef PARLOUR_HAVE_PULSE

#include <pulse/pulseaudio.h>

#include <algorithm>
#include <mutex>
#include <set>

namespace parlour::audio {
namespace {

// A server that was just there is looked for quickly, one that never was hardly costs a thing.
constexpr pa_usec_t kSoon = 100'000;
constexpr pa_usec_t kSeldom = 2'000'000;
constexpr int kSoonTries = 100;

class PulseNews final : public DeviceNews {
  public:
    explicit PulseNews(std::function<void()> changed) : m_changed(std::move(changed)) {
        m_loop = pa_threaded_mainloop_new();
        if (m_loop == nullptr) return;
        pa_threaded_mainloop_set_name(m_loop, "audio-news");
        m_api = pa_threaded_mainloop_get_api(m_loop);
        connect();
        pa_threaded_mainloop_start(m_loop);
    }
    ~PulseNews() override {
        if (m_loop == nullptr) return;
        pa_threaded_mainloop_stop(m_loop);
        dropContext();
        if (m_timer) m_api->time_free(m_timer);
        pa_threaded_mainloop_free(m_loop);
    }
    std::optional<bool> present(const std::string& name, bool capture) const override {
        const std::lock_guard lock(m_mutex);
        const auto& side = capture ? m_sources : m_sinks;
        if (!m_known || side.ever.count(name) == 0) return std::nullopt;
        return side.now.count(name) != 0;
    }

  private:
    struct Side {
        std::set<std::string> now;
        std::set<std::string> ever;
        std::set<std::string> coming;  // while a list arrives; loop's thread
    };

    void connect() {
        m_context = pa_context_new(m_api, "Parlour");
        if (m_context == nullptr) return;
        pa_context_set_state_callback(m_context, [](pa_context*, void* self) { static_cast<PulseNews*>(self)->stateChanged(); }, this);
        if (pa_context_connect(m_context, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0) later();
    }
    void dropContext() {
        if (m_context == nullptr) return;
        pa_context_set_state_callback(m_context, nullptr, nullptr);
        pa_context_set_subscribe_callback(m_context, nullptr, nullptr);
        pa_context_disconnect(m_context);
        pa_context_unref(m_context);
        m_context = nullptr;
    }
    void later() {
        // The context is inside its own callback: it is replaced when the timer fires.
        const auto pause = m_tries < kSoonTries ? kSoon : kSeldom;
        ++m_tries;
        timeval at{};
        pa_timeval_add(pa_gettimeofday(&at), pause);
        if (m_timer) {
            m_api->time_restart(m_timer, &at);
            return;
        }
        m_timer = m_api->time_new(m_api, &at, [](pa_mainloop_api*, pa_time_event*, const timeval*, void* self) {
            auto& news = *static_cast<PulseNews*>(self);
            news.dropContext();
            news.connect();
        }, this);
    }
    void stateChanged() {
        switch (pa_context_get_state(m_context)) {
            case PA_CONTEXT_READY:
                m_tries = 0;
                pa_context_set_subscribe_callback(m_context, [](pa_context*, pa_subscription_event_type_t, uint32_t, void* self) {
                    static_cast<PulseNews*>(self)->ask();
                }, this);
                release(pa_context_subscribe(m_context, static_cast<pa_subscription_mask_t>(PA_SUBSCRIPTION_MASK_SINK | PA_SUBSCRIPTION_MASK_SOURCE),
                                             nullptr, nullptr));
                ask();
                break;
            case PA_CONTEXT_FAILED:
            case PA_CONTEXT_TERMINATED: {
                {
                    const std::lock_guard lock(m_mutex);
                    m_known = false;
                }
                later();
                break;
            }
            default: break;
        }
    }
    static void release(pa_operation* operation) {
        if (operation) pa_operation_unref(operation);
    }
    /// Answers come in the order of the questions, so two that overlap do no harm.
    void ask() {
        release(pa_context_get_sink_info_list(m_context, [](pa_context*, const pa_sink_info* sink, int end, void* self) {
            static_cast<PulseNews*>(self)->listed(false, end == 0 && sink ? sink->name : nullptr, end);
        }, this));
        release(pa_context_get_source_info_list(m_context, [](pa_context*, const pa_source_info* source, int end, void* self) {
            static_cast<PulseNews*>(self)->listed(true, end == 0 && source ? source->name : nullptr, end);
        }, this));
    }
    void listed(bool capture, const char* name, int end) {
        auto& side = capture ? m_sources : m_sinks;
        if (end == 0) {
            if (name) side.coming.insert(name);
            return;
        }
        bool news = false;
        {
            const std::lock_guard lock(m_mutex);
            news = !m_known || side.coming != side.now;
            side.now = std::move(side.coming);
            side.ever.insert(side.now.begin(), side.now.end());
            if (capture) m_known = true;  // the second of the two lists
        }
        side.coming.clear();
        if (news && m_changed) m_changed();
    }

    const std::function<void()> m_changed;
    pa_threaded_mainloop* m_loop = nullptr;
    pa_mainloop_api* m_api = nullptr;
    pa_context* m_context = nullptr;
    pa_time_event* m_timer = nullptr;
    int m_tries = 0;
    mutable std::mutex m_mutex;
    Side m_sinks;
    Side m_sources;
    bool m_known = false;
};

}  // namespace

std::unique_ptr<DeviceNews> makeDeviceNews(std::function<void()> changed) { return std::make_unique<PulseNews>(std::move(changed)); }

}  // namespace parlour::audio

#else

namespace parlour::audio {
std::unique_ptr<DeviceNews> makeDeviceNews(std::function<void()>) { return nullptr; }
}  // namespace parlour::audio

#endif
