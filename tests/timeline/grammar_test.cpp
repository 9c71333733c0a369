// Texts made of the words of expressions and signals: the checker and the evaluator agree about each, and
// what the grammar grows is right. Any bytes at all: tests/fuzz.
#include <gtest/gtest.h>

#include <random>

#include "song.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {
namespace {

std::string random_text(std::mt19937& dice, const std::vector<std::string>& pieces, int longest) {
  std::string text;
  for (int left = static_cast<int>(dice() % static_cast<unsigned>(longest)); left >= 0; --left)
    text += pieces[dice() % pieces.size()];
  return text;
}

std::vector<std::string> pieces_of_expressions() {
  std::vector<std::string> pieces = {"(",
                                     ")",
                                     "(",
                                     ")",
                                     ",",
                                     "+",
                                     "-",
                                     "*",
                                     "/",
                                     "^",
                                     "%",
                                     "?",
                                     ":",
                                     "!",
                                     "<",
                                     ">=",
                                     "==",
                                     "&&",
                                     "||",
                                     " ",
                                     "1",
                                     "0.5",
                                     "2e3",
                                     "1e-300",
                                     "7",
                                     "t",
                                     "f",
                                     "onset",
                                     "kick",
                                     "at(onset,-2f)",
                                     "band(40,120)",
                                     "pi",
                                     "1e308"};
  for (const FunctionGroup& group : expression_functions()) {
    for (const std::string& call : group.calls) pieces.push_back(call.substr(0, call.find('(') + 1));
  }
  return pieces;
}

// True when the text means something; its value is taken then.
bool survives(const std::string& text) {
  const std::vector<std::string> signals = {"kick"};
  try {
    const Expression expression(text, signals);
    for (const double value : {0.0, 1.0, -1.0, 1e300, -0.25})
      expression.evaluate(std::vector<double>(expression.inputs().size(), value));
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage) << text;
    EXPECT_EQ(std::string(error.what()).find("this cannot be computed"), std::string::npos)
        << text << ": the checker let through what the evaluator refuses: " << error.what();
    return false;
  }
}

TEST(Grammar, TokensInAnyOrderAreAnErrorOrAValue) {
  std::mt19937 dice(1);
  const std::vector<std::string> pieces = pieces_of_expressions();
  int meant = 0;
  for (int i = 0; i < 20000; ++i) meant += survives(random_text(dice, pieces, 12));
  EXPECT_GT(meant, 200);
}

// Grown from the grammar, so that all of them are right.
std::string grown(std::mt19937& dice, int depth) {
  const auto pick = [&](unsigned count) { return dice() % count; };
  const char* leaves[] = {"t", "onset", "kick", "0.5", "3", "at(onset, 1beat)", "band(40,120)", "pi"};
  if (depth == 0) return leaves[pick(8)];
  const auto part = [&] {
    return grown(dice, depth - 1 - static_cast<int>(pick(static_cast<unsigned>(depth))));
  };
  const char* operators[] = {"+", "-", "*", "/", "^", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||"};
  switch (pick(6)) {
    case 0:
    case 1:
      return part() + operators[pick(14)] + part();
    case 2:
      return "(" + part() + ")";
    case 3:
      return "-(" + part() + ")";
    case 4:
      return part() + " ? " + part() + " : " + part();
    default:
      return "max(" + part() + ", mix(" + part() + "," + part() + ",0.5), noise(" + part() + "))";
  }
}

TEST(Grammar, WhateverTheGrammarGrowsHasAValue) {
  std::mt19937 dice(2);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = grown(dice, 5);
    if (text.size() > 2000) continue;
    EXPECT_TRUE(survives(text)) << text;
  }
}

TEST(Grammar, SignalsInAnyOrderAreAnErrorOrASignal) {
  std::mt19937 dice(4);
  const std::vector<std::string> pieces = {"onset",
                                           "band 40 120",
                                           "band ",
                                           "|",
                                           "| ",
                                           " | env 1f 6f ",
                                           " | norm 95",
                                           "| lag ",
                                           "2beats",
                                           "-1s",
                                           " delay ",
                                           "1e9f ",
                                           " | hold 1e300s ",
                                           "smooth 1e300s",
                                           "|",
                                           "||",
                                           " ",
                                           "0.5",
                                           "(",
                                           ")",
                                           "| invert",
                                           "| clip 0 1",
                                           "| integrate",
                                           "| gate 0.5",
                                           "\xC3"};
  int meant = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::string text = random_text(dice, pieces, 6);
    try {
      const Signal signal(text, {});
      std::vector<double> values = {0, 0.5, 1, 0.25};
      signal.shape(values, Rational(10), 120);
      ++meant;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << text;
    }
  }
  EXPECT_GT(meant, 100);
}

}  // namespace
}  // namespace spectradiff
