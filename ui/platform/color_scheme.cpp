// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/color_scheme.h"

#include <QEvent>
#include <QGuiApplication>
#include <QPalette>

namespace parlour::ui {

ColorScheme::ColorScheme(QObject* parent) : QObject(parent) {
    readPalette();
    watchPortal();
    if (qApp) qApp->installEventFilter(this);
}

bool ColorScheme::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ApplicationPaletteChange && !m_fromPortal) readPalette();
    return QObject::eventFilter(watched, event);
}

void ColorScheme::readPalette() {
    const QPalette palette = QGuiApplication::palette();
    setDark(palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness());
}

void ColorScheme::setDark(bool dark) {
    if (dark == m_dark) return;
    m_dark = dark;
    emit changed();
}

void ColorScheme::setContrast(bool contrast) {
    if (contrast == m_contrast) return;
    m_contrast = contrast;
    emit changed();
}

#ifndef Q_OS_LINUX
void ColorScheme::watchPortal() {}
void ColorScheme::portalChanged(const QString&, const QString&, const QDBusVariant&) {}
#endif

}  // namespace parlour::ui
