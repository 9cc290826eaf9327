import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
 * Validates files with veraPDF's engine and its own profiles, as often as it is asked to.
 *
 * Each line of stdin holds a flavour, ua1 or 2a, and a file, with a tab between them. The answer on
 * stdout has tabs between its fields: the number of checks made, whether all were passed, and three
 * for each rule that was broken: clause and number, how often, an example in words. Where a file
 * cannot be validated, it says why, and "false".
 */
public class VeraPdf {
  private static final Map<String, String> PROFILES =
      Map.of("ua1", "PDFUA-1.xml", "2a", "PDFA-2A.xml");
  private static final int FAILURES_REPORTED = 10_000;

  public static void main(String[] none) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    LogManager.getLogManager().reset();
    var answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    var requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = requests.readLine()) != null; ) {
      var fields = line.split("\t");
      try {
        answers.println(validate(fields[0], new File(fields[1])));
      } catch (Throwable error) {
        answers.println(words(error.toString()) + "\tfalse");
      }
    }
  }

  private static String validate(String flavourId, File file) throws Exception {
    var flavour = PDFAFlavour.byFlavourId(flavourId);
    var resource = "org/verapdf/pdfa/validation/" + PROFILES.get(flavourId);
    var foundry = Foundries.defaultInstance();
    try (var profile = VeraPdf.class.getClassLoader().getResourceAsStream(resource);
        PDFAParser parser = foundry.createParser(file, flavour);
        var validator =
            foundry.createValidator(
                Profiles.profileFromXml(profile), FAILURES_REPORTED, false, false, false)) {
      return said(validator.validate(parser));
    }
  }

  private static String said(ValidationResult result) {
    var count = new TreeMap<String, Integer>();
    var example = new TreeMap<String, String>();
    for (TestAssertion check : result.getTestAssertions()) {
      if (check.getStatus() == TestAssertion.Status.FAILED) {
        var rule = check.getRuleId().getClause() + "-" + check.getRuleId().getTestNumber();
        count.merge(rule, 1, Integer::sum);
        example.putIfAbsent(
            rule, words(check.getMessage() + " " + check.getLocation().getContext()));
      }
    }
    var fields = new StringBuilder(result.getTotalAssertions() + "\t" + result.isCompliant());
    count.forEach((rule, n) -> fields.append("\t" + rule + "\t" + n + "\t" + example.get(rule)));
    return fields.toString();
  }

  private static String words(String text) {
    return text.replaceAll("\\s+", " ");
  }
}
