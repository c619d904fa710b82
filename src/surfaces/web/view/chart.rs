//! Small charts as SVG, coloured by class: bars with their numbers, zero always in, the table close by.
use maud::Markup;
use maud::html;

use crate::run::card::Chart;
use crate::surfaces::web::view::text;

const WIDTH: f64 = 340.0;
/// More bars, or longer names, lie on their side.
const UPRIGHT_BARS_MAX: usize = 8;
const UPRIGHT_NAME_CHARS_MAX: usize = 7;
const UPRIGHT_HEIGHT: f64 = 38.0;
const AXIS_Y: f64 = 46.0;
const ROW: f64 = 24.0;
const CHAR_WIDTH: f64 = 6.2;
const NAME_CHARS_MAX: usize = 20;
/// Room for the number after the longest bar.
const VALUE_WIDTH: f64 = 48.0;

pub fn charts(charts: &[Chart]) -> Markup {
    let shown: Vec<&Chart> = charts.iter().filter(|chart| !chart.bars.is_empty()).collect();
    html! {
        @match shown.as_slice() {
            [] => {},
            // Alone it would be drawn too large: its table stands beside it.
            [one] => div.two { (figure(one, &html! {})) div { (table(one)) } },
            several => div.charts { @for chart in several {
                (figure(chart, &html! { details { summary.small { "As a table" } (table(chart)) } }))
            } },
        }
    }
}

fn figure(chart: &Chart, below: &Markup) -> Markup {
    let is_upright = chart.bars.len() <= UPRIGHT_BARS_MAX
        && chart.bars.iter().all(|(name, _)| name.chars().count() <= UPRIGHT_NAME_CHARS_MAX);
    html! {
        figure.chart {
            figcaption { (chart.title) small { (chart.unit) } }
            @if is_upright { (upright(chart)) } @else { (lying(chart)) }
            (below)
        }
    }
}

fn spoken(chart: &Chart) -> String {
    let bars = chart.bars.iter().enumerate().map(|(index, (name, value))| match chart.second.get(index) {
        Some(second) => format!("{name} {} and {}", text::number(*value), text::number(*second)),
        None => format!("{name} {}", text::number(*value)),
    });
    format!("{}: {}", chart.title, bars.collect::<Vec<_>>().join(", "))
}

fn highest(chart: &Chart) -> f64 {
    let values = chart.bars.iter().map(|(_, value)| *value).chain(chart.second.iter().copied());
    values.filter(|value| value.is_finite()).fold(0.0, f64::max)
}

/// A value as a share of the highest; below zero and unknown have no bar.
fn share(value: f64, highest: f64) -> f64 {
    if highest > 0.0 && value.is_finite() { (value / highest).clamp(0.0, 1.0) } else { 0.0 }
}

/// One decimal is a tenth of a pixel.
fn px(value: f64) -> String {
    format!("{value:.1}")
}

fn upright(chart: &Chart) -> Markup {
    let highest = highest(chart);
    let slot = WIDTH / chart.bars.len() as f64;
    let series: Vec<(&str, Vec<f64>)> = series(chart);
    let bar = (slot * 0.7 / series.len() as f64).min(34.0);
    html! {
        svg viewBox="0 -8 340 72" role="img" aria-label=(spoken(chart)) {
            path.axis d="M0 46.5H340" {}
            @for (index, (name, _)) in chart.bars.iter().enumerate() {
                @let middle = slot * (index as f64 + 0.5);
                @for (which, (class, values)) in series.iter().enumerate() {
                    @let value = values.get(index).copied().unwrap_or_default();
                    @let height = share(value, highest) * UPRIGHT_HEIGHT;
                    @let left = middle + bar * (which as f64 - series.len() as f64 / 2.0);
                    rect class=(class) x=(px(left)) y=(px(AXIS_Y - height)) width=(px(bar - 1.0)) height=(px(height)) rx="2" {}
                    text class="m v" x=(px(left + bar / 2.0)) y=(px(AXIS_Y - height - 4.0)) { (text::number(value)) }
                }
                text.m x=(px(middle)) y="60" { (name) }
            }
        }
    }
}

fn lying(chart: &Chart) -> Markup {
    let highest = highest(chart);
    let series: Vec<(&str, Vec<f64>)> = series(chart);
    let names: Vec<String> = chart.bars.iter().map(|(name, _)| short(name)).collect();
    let left = names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64 * CHAR_WIDTH + 10.0;
    let room = WIDTH - left - VALUE_WIDTH;
    let height = ROW * chart.bars.len() as f64;
    let bar = 16.0 / series.len() as f64;
    html! {
        svg viewBox={ "0 0 340 " (px(height)) } role="img" aria-label=(spoken(chart)) {
            path.axis d={ "M" (px(left)) " 0V" (px(height)) } {}
            @for (index, name) in names.iter().enumerate() {
                @let top = ROW * index as f64 + 4.0;
                text.e x=(px(left - 8.0)) y=(px(top + 12.0)) { (name) }
                @for (which, (class, values)) in series.iter().enumerate() {
                    @let value = values.get(index).copied().unwrap_or_default();
                    @let width = share(value, highest) * room;
                    @let y = top + bar * which as f64;
                    rect class=(class) x=(px(left)) y=(px(y)) width=(px(width)) height=(px(bar - 0.5)) rx="2" {}
                    text.v x=(px(left + width + 6.0)) y=(px(y + bar / 2.0 + 4.0)) { (text::number(value)) }
                }
            }
        }
    }
}

fn series(chart: &Chart) -> Vec<(&'static str, Vec<f64>)> {
    let mut series = vec![("f1", chart.bars.iter().map(|(_, value)| *value).collect())];
    if !chart.second.is_empty() {
        series.push(("f2", chart.second.clone()));
    }
    series
}

fn short(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARS_MAX - 1).chain(['…']).collect()
}

fn table(chart: &Chart) -> Markup {
    html! {
        table { tbody { @for (index, (name, value)) in chart.bars.iter().enumerate() {
            tr {
                th scope="row" { (name) }
                td class="r num" { (text::number(*value)) }
                @if let Some(second) = chart.second.get(index) { td class="r num" { (text::number(*second)) } }
            }
        } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_unknown_have_no_bar() {
        assert_eq!(share(5.0, 10.0), 0.5);
        for (value, highest) in [(0.0, 0.0), (-3.0, 10.0), (f64::NAN, 10.0)] {
            assert_eq!(share(value, highest), 0.0);
        }
    }

    #[test]
    fn a_chart_says_its_numbers() {
        let chart = Chart {
            title: "Mails a day".to_owned(),
            unit: "mails".to_owned(),
            bars: vec![("Tue".to_owned(), 20.0), ("Wed".to_owned(), 1480.0)],
            second: Vec::new(),
        };
        assert_eq!(spoken(&chart), "Mails a day: Tue 20, Wed 1,480");
    }
}
