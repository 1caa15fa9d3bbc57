// SPDX-License-Identifier: Apache-2.0
#include "audio/send_policy.h"

#include <algorithm>
#include <cmath>

namespace parlour::audio {
namespace {

constexpr float kLossyAbove = 0.08f;  // 10 ms frames double the packets: not on a network that loses them
constexpr float kCleanBelow = 0.04f;
constexpr int kMaxExpectedLoss = 30;  // above, FEC eats the voice itself

}  // namespace

SendPlan planSending(const CaptureSettings& wish, const base::Feedback& feedback, const SendPlan& now) {
    const float loss = std::isfinite(feedback.loss) ? std::clamp(feedback.loss, 0.0f, 1.0f) : 0.0f;
    SendPlan plan;
    plan.bitRate = std::clamp(wish.bitRate, 8'000, 128'000);
    plan.frameMs = wish.frameMs == 10 ? 10 : 20;
    if (plan.frameMs == 10 &&
        (plan.bitRate < 24'000 || loss > kLossyAbove || (now.frameMs == 20 && loss > kCleanBelow)))
        plan.frameMs = 20;
    // A hint of 1 % keeps LBRR ready for the first loss; reports come late, so lean to the safe side afterwards.
    if (wish.forwardErrorCorrection)
        plan.expectedLoss = std::clamp(static_cast<int>(std::ceil(loss * 120.0f)), 1, kMaxExpectedLoss);
    return plan;
}

}  // namespace parlour::audio
