// The functions of expressions. All are pure.
#pragma once

#include <string>
#include <vector>

namespace spectradiff {

struct ExpressionFunction {
  std::string name;
  std::string arguments;  // "a,b,x"; "…" at the end: any number; in brackets: may be left out
  std::string group;
  double (*compute)(const double* arguments, int count);

  int min_arguments() const;
  int max_arguments() const;  // a large number for "…"
};

// What % and mod() give: of b's sign, 0 <= result < b for b above 0.
double modulo(double a, double b);

const std::vector<ExpressionFunction>& function_table();
const ExpressionFunction* find_function(const std::string& name);

}  // namespace spectradiff
