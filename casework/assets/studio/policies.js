// How a decision table answers when several rules fit, in words.

// The keys are those of DMN.
export const POLICY_WORDS = {
  UNIQUE: "Only one rule may fit",
  FIRST: "The first rule that fits",
  PRIORITY: "The best answer by the order of its values",
  ANY: "Any rule, all give the same",
  COLLECT: "All rules together",
  "RULE ORDER": "All that fit, in the order of the rules",
  "OUTPUT ORDER": "All that fit, the best answer first",
};

export const AGGREGATION_WORDS = { "": "As a list", SUM: "Their sum", MIN: "The smallest", MAX: "The largest", COUNT: "How many" };

export const TYPE_WORDS = { "": "Any kind", string: "Text", number: "Number", boolean: "Yes or no", date: "Date" };
