// SPDX-License-Identifier: Apache-2.0
// org.freedesktop.portal.Settings: namespace org.freedesktop.appearance, keys color-scheme (1 = dark, 2 = light) and
// contrast (1 = more). Asked asynchronously: a slow portal never delays the first picture.
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>

#include "ui/platform/color_scheme.h"

namespace parlour::ui {

namespace {
const QString kService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString kGroup = QStringLiteral("org.freedesktop.appearance");

/// The portal's old Read wraps the value twice.
QVariant unwrap(QVariant value) {
    while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    return value;
}
}  // namespace

void ColorScheme::watchPortal() {
    if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")) return;
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
                SLOT(portalChanged(QString, QString, QDBusVariant)));
    for (const QString& key : {QStringLiteral("color-scheme"), QStringLiteral("contrast")}) {
        auto call = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
        call << kGroup << key;
        auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call, 2000), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, key](QDBusPendingCallWatcher* done) {
            const QDBusPendingReply<QDBusVariant> reply = *done;
            if (!reply.isError()) portalChanged(kGroup, key, reply.value());
            done->deleteLater();
        });
    }
}

void ColorScheme::portalChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group != kGroup) return;
    const uint number = unwrap(value.variant()).toUInt();
    if (key == QLatin1String("contrast")) {
        m_contrastFromPortal = true;
        setContrast(number == 1);
    }
    if (key != QLatin1String("color-scheme")) return;
    m_fromPortal = number != 0;
    if (m_fromPortal) {
        setDark(number == 1);
    } else {
        readPalette();
    }
}

}  // namespace parlour::ui
