#include "judging.h"

void wt_judge_coverage(struct wt_judging *j)
{
	wt_judging_say(j, WT_SAYS_ERROR, "its report of coverage is not known");
}
