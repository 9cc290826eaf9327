import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;

/**
 * Validates files with veraPDF's engine and its own profiles: java VeraPdf.java FLAVOUR FILE...
 *
 * FLAVOUR is ua1 or 2a. For each file, one line with tabs between the fields: the path, the number
 * of checks made, whether all were passed. A line for each rule that was broken follows, with a tab
 * before it: clause and number, how often, an example in words.
 */
public class VeraPdf {
  private static final Map<String, String> PROFILES =
      Map.of("ua1", "PDFUA-1.xml", "2a", "PDFA-2A.xml");
  private static final int FAILURES_REPORTED = 10_000;

  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    LogManager.getLogManager().reset();
    var flavour = PDFAFlavour.byFlavourId(arguments[0]);
    var resource = "org/verapdf/pdfa/validation/" + PROFILES.get(arguments[0]);
    for (int i = 1; i < arguments.length; i++) {
      var foundry = Foundries.defaultInstance();
      try (var profile = VeraPdf.class.getClassLoader().getResourceAsStream(resource);
          PDFAParser parser = foundry.createParser(new File(arguments[i]), flavour);
          var validator =
              foundry.createValidator(
                  Profiles.profileFromXml(profile), FAILURES_REPORTED, false, false, false)) {
        print(arguments[i], validator.validate(parser));
      }
    }
  }

  private static void print(String path, ValidationResult result) {
    System.out.printf("%s\t%d\t%b%n", path, result.getTotalAssertions(), result.isCompliant());
    var count = new TreeMap<String, Integer>();
    var example = new TreeMap<String, String>();
    for (TestAssertion check : result.getTestAssertions()) {
      if (check.getStatus() == TestAssertion.Status.FAILED) {
        var rule = check.getRuleId().getClause() + "-" + check.getRuleId().getTestNumber();
        count.merge(rule, 1, Integer::sum);
        example.putIfAbsent(
            rule, check.getMessage().replaceAll("\\s+", " ") + " " + check.getLocation().getContext());
      }
    }
    count.forEach((rule, n) -> System.out.printf("\t%s\t%d\t%s%n", rule, n, example.get(rule)));
  }
}
