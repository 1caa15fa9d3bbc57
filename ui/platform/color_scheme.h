// SPDX-License-Identifier: Apache-2.0
// Light or dark, and high contrast, as the system says: the desktop portal where there is one, else the palette.
// Thread: UI. Qt 6.4 has no QStyleHints::colorScheme yet.
#pragma once

#include <QObject>
#include <QPalette>
#include <QVariant>

class QDBusVariant;

namespace parlour::ui {

class ColorScheme : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool dark READ dark NOTIFY changed)
    Q_PROPERTY(bool highContrast READ highContrast NOTIFY changed)

  public:
    explicit ColorScheme(QObject* parent = nullptr);
    bool dark() const { return m_dark; }
    bool highContrast() const { return m_contrast; }
    /// A palette of nothing but the strongest colours: how high-contrast themes look where no portal says so.
    static bool isHighContrast(const QPalette& palette);

  signals:
    void changed();

  private slots:
    void portalChanged(const QString& group, const QString& key, const QDBusVariant& value);

  private:
    void watchPortal();   ///< color_scheme_linux.cpp; elsewhere does nothing
    void readPalette();
    void setDark(bool dark);
    void setContrast(bool contrast);

    bool m_dark = false;
    bool m_contrast = false;
    bool m_fromPortal = false;
    bool m_contrastFromPortal = false;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace parlour::ui
