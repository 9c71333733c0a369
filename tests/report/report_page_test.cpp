#include "spectradiff/report/report_page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace spectradiff {
namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// What the page's script reads.
Json data_of(const std::string& html) {
  const std::string mark = "<script type=\"application/json\" id=\"data\">";
  const size_t begin = html.find(mark) + mark.size();
  return parse_json(html.substr(begin, html.find("</script>", begin) - begin), "page");
}

ReportPage small_page() {
  ReportPage page;
  page.title = "song.mp4";
  page.fps = Rational(15);
  page.first = 30;
  page.frames = 4;
  page.picture = {320, 180};
  page.beats_s = {2.03333333};
  page.sections = {{0, 2.1, 0, 0.25, SectionEnergy::low}, {2.1, 9, 1, 1, SectionEnergy::high}};
  page.curves = {{"strength = 0.5", true, {0.1, 0.123456, 0.5, 0.25}}, {"nothing", false, {}}};
  page.measures = {{"flicker", "how much changes", 0.0123456}, {"beat_error_s", "how late", nullptr}};
  page.settings = {{"fps", "15/1", "default"}};
  page.command = "spectradiff paint song.wav";
  return page;
}

TEST(ReportPage, TellsTheScriptWhatItKnows) {
  const Json data = data_of(report_html(small_page()));
  EXPECT_EQ(data["first"], 30);
  EXPECT_NEAR(data["ratio"], 16 / 9.0, 1e-9);
  EXPECT_EQ(data["beats"], Json({2.033}));
  EXPECT_EQ(data["sections"][1]["label"], "B");
  EXPECT_EQ(data["curves"].size(), 1u);
  EXPECT_EQ(data["curves"][0]["values"], Json({0.1, 0.1235, 0.5, 0.25}));
  EXPECT_EQ(data["curves"][0]["high"], 0.5);
  EXPECT_EQ(data["measures"][0]["value"], 0.01235);
  EXPECT_TRUE(data["measures"][1]["value"].is_null());
  EXPECT_EQ(data["settings"][0]["origin"], "default");
}

TEST(ReportPage, LoadsNothingFromElsewhere) {
  const std::string html = report_html(small_page());
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(count_of(html, "url("), 0u);
  EXPECT_EQ(count_of(html, "@import"), 0u);
  EXPECT_EQ(count_of(html, " src="), 0u);
  EXPECT_EQ(count_of(html, " href="), count_of(html, " href=\"data:"));
}

TEST(ReportPage, KeepsWhatIsTypedOutOfTheMarkup) {
  ReportPage page = small_page();
  page.title = "</script><b>@STYLE@ & \"quotes\".mp4";
  const std::string html = report_html(page);
  EXPECT_EQ(count_of(html, "</script>"), count_of(report_html(small_page()), "</script>"));
  EXPECT_EQ(data_of(html)["title"], page.title);
}

TEST(ReportPage, KeepsTheExtremesOfLongCurves) {
  ReportPage page = small_page();
  page.curves = {{"long", false, std::vector<double>(100000, 0.5)}};
  page.curves[0].values[54321] = 0.875;
  page.curves[0].values[54322] = -0.25;
  const Json values = data_of(report_html(page))["curves"][0]["values"];
  EXPECT_LE(values.size(), 2400u);
  EXPECT_EQ(*std::max_element(values.begin(), values.end()), 0.875);
  EXPECT_EQ(*std::min_element(values.begin(), values.end()), -0.25);
}

TEST(ReportPage, HoldsPicturesAsData) {
  ReportPage page = small_page();
  page.pictures = {{30, {'M', 'a', 'n', 'y'}}, {31, {'M', 'a', 'n'}}, {32, {'M'}}};
  const Json pictures = data_of(report_html(page))["pictures"];
  EXPECT_EQ(pictures[0]["src"], "data:image/jpeg;base64,TWFueQ==");
  EXPECT_EQ(pictures[1]["src"], "data:image/jpeg;base64,TWFu");
  EXPECT_EQ(pictures[2]["src"], "data:image/jpeg;base64,TQ==");
}

TEST(ReportStrip, KeepsSixtyPicturesFromAllOverARun) {
  ReportStrip strip(600);
  for (int64_t i = 0; i < 600; ++i) strip.take(100 + i, Canvas({64, 36}, {200, 10, 10}));
  ASSERT_EQ(strip.pictures.size(), 60u);
  for (size_t i = 0; i < 60; ++i) EXPECT_EQ(strip.pictures[i].frame, 105 + 10 * static_cast<int64_t>(i));
  EXPECT_EQ(strip.pictures[0].jpeg[0], 0xFF);
  ReportStrip few(3);
  for (int64_t i = 0; i < 3; ++i) few.take(i, Canvas({2000, 1000}, {200, 10, 10}));
  EXPECT_EQ(few.pictures.size(), 3u);
  EXPECT_LT(few.pictures[0].jpeg.size(), 4000u);
}

}  // namespace
}  // namespace spectradiff
