// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/keychain.h"

#ifdef PARLOUR_KEYCHAIN
#include <qt6keychain/keychain.h>
#endif

#include <QEventLoop>
#include <QTimer>

namespace parlour::ui {

namespace {

base::Unexpected<base::Error> unavailable(std::string why) {
    return base::fail(base::ErrorKind::unavailable, "keychain_unavailable", "The desktop's keychain does not answer.", "Unlock it, or keep your key in a file.",
                      std::move(why));
}

#ifdef PARLOUR_KEYCHAIN
const QString kService = QStringLiteral("Parlour");

/// Waits for the job; empty = good, or there is no such entry (then `found` is false).
std::optional<std::string> finish(QKeychain::Job& job, bool& found) {
    QEventLoop loop;
    bool done = false;
    QObject::connect(&job, &QKeychain::Job::finished, &loop, [&] {
        done = true;
        loop.quit();
    });
    QTimer::singleShot(Keychain::kPatience, &loop, &QEventLoop::quit);
    job.setAutoDelete(false);
    job.start();
    if (!done) loop.exec();
    if (!done) return "nobody unlocked it in time";
    found = job.error() == QKeychain::NoError;
    if (found || job.error() == QKeychain::EntryNotFound) return std::nullopt;
    return job.errorString().toStdString();
}
#endif

}  // namespace

#ifdef PARLOUR_KEYCHAIN

bool Keychain::built() { return true; }

base::Result<std::optional<base::Bytes>> Keychain::read(const QString& name) {
    QKeychain::ReadPasswordJob job(kService);
    job.setKey(name);
    bool found = false;
    if (const auto why = finish(job, found)) return unavailable(*why);
    if (!found) return std::optional<base::Bytes>();
    QByteArray text = job.textData().toUtf8();
    const auto bytes = base::fromBase64Url(std::string(text.constData(), static_cast<std::size_t>(text.size())));
    if (!bytes) return unavailable("its entry is not one of Parlour's");
    return std::optional(*bytes);
}

base::Result<void> Keychain::write(const QString& name, base::ByteView secret) {
    QKeychain::WritePasswordJob job(kService);
    job.setKey(name);
    job.setTextData(QString::fromStdString(base::toBase64Url(secret)));
    bool found = false;
    if (const auto why = finish(job, found)) return unavailable(*why);
    return {};
}

base::Result<void> Keychain::remove(const QString& name) {
    QKeychain::DeletePasswordJob job(kService);
    job.setKey(name);
    bool found = false;
    if (const auto why = finish(job, found)) return unavailable(*why);
    return {};
}

#else

bool Keychain::built() { return false; }
base::Result<std::optional<base::Bytes>> Keychain::read(const QString&) { return unavailable("built without QtKeychain"); }
base::Result<void> Keychain::write(const QString&, base::ByteView) { return unavailable("built without QtKeychain"); }
base::Result<void> Keychain::remove(const QString&) { return unavailable("built without QtKeychain"); }

#endif

}  // namespace parlour::ui
